package dev.kernelwright.samples.quickstart;

import dev.kernelwright.BoundOp;
import dev.kernelwright.ComputeRuntime;
import dev.kernelwright.RuntimeStatistics;
import dev.kernelwright.cache.DirectoryStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/** The same program, started anew on the cache that the first start has left: a JVM of its own. */
final class SecondStart {
    private static final Duration LOAD_TIMEOUT = Duration.ofSeconds(30);

    private SecondStart() {}

    /**
     * Runs the program. Exits with 0 if nothing was missed or tuned and every number was right.
     *
     * @param arguments the folder of the cache
     */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        Story story = new Story(System.out, false);
        TuningWatcher watcher = new TuningWatcher(story);
        boolean right = true;
        RuntimeStatistics statistics;
        try (DirectoryStore store = DirectoryStore.open(Path.of(arguments[0]));
                ComputeRuntime runtime = ComputeRuntime.builder().store(store).listener(watcher).build()) {
            for (Exercise exercise : Demo.exercises(2)) {
                story.line("");
                story.line(" * %s", exercise.workload());
                try (BoundOp op = runtime.bind(exercise.workload())) {
                    boolean rightAtOnce = exercise.isRight(op);
                    runtime.awaitIdle(LOAD_TIMEOUT);
                    boolean rightNow = rightAtOnce && exercise.isRight(op);
                    story.line("   %s answers, in %s; its numbers are %s", Demo.answerer(op),
                            Story.time(exercise.time(op)), Demo.rightness(rightNow));
                    right &= rightNow;
                }
            }
            statistics = runtime.statistics();
        }
        story.line("");
        story.line("%s%d hits, %d misses, %d candidates tried", SecondJvm.SUMMARY, statistics.hits(),
                statistics.misses(), watcher.candidates());
        System.exit(right && statistics.misses() == 0 && watcher.candidates() == 0 ? 0 : 1);
    }
}
