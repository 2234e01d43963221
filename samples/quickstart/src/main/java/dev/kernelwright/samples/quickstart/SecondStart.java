package dev.kernelwright.samples.quickstart;

import dev.kernelwright.BoundOp;
import dev.kernelwright.ComputeRuntime;
import dev.kernelwright.RuntimeStatistics;
import dev.kernelwright.cache.DirectoryStore;
import dev.kernelwright.op.Workload;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/** The same program, started anew on the cache that the first start has left: a JVM of its own. */
final class SecondStart {
    private static final Duration LOAD_TIMEOUT = Duration.ofSeconds(30);

    private SecondStart() {
    }

    /**
     * Runs the program. Exits with 0 if there was no miss and every number was right.
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
            for (Workload workload : Demo.workloads()) {
                try (BoundOp op = runtime.bind(workload)) {
                    CheckedOp checked = new CheckedOp(op, 2);
                    boolean rightAtOnce = checked.isRight();
                    runtime.awaitIdle(LOAD_TIMEOUT);
                    right &= rightAtOnce && checked.isRight();
                    story.line("   %s answers, in %s a call; its numbers are %s", op.isTuned() ? "the tuned kernel"
                            : "the baseline", story.time(checked.time().medianNanos()), right ? "right" : "WRONG");
                }
            }
            statistics = runtime.statistics();
        }
        // Read by the first start.
        story.line("   %s%d hits, %d misses, %d candidates tried", SecondJvm.SUMMARY, statistics.hits(),
                statistics.misses(), watcher.candidates());
        System.exit(right && statistics.misses() == 0 && watcher.candidates() == 0 ? 0 : 1);
    }
}
