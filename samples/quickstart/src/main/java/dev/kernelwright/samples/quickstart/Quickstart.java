package dev.kernelwright.samples.quickstart;

import dev.kernelwright.cache.DirectoryStore;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Shows in less than two minutes what Kernelwright does: a program meets workloads that nobody has tuned, is answered at
 * once, gets faster while it runs, and is fast from the first call when it is started again.
 *
 * <p>What an application has to write is in {@link FirstStart} and, without the telling, in {@link SecondStart}.
 */
public final class Quickstart {
    private Quickstart() {}

    /**
     * What the first start saw of a workload.
     *
     * @param tuned whether a tuned kernel answers now
     * @param firstCallNanos how long the first call of all took
     * @param nanosBefore the median time of a call before the swap
     * @param nanosAfter the median time of a call afterwards
     * @param right whether all numbers were right, before and after
     */
    public record Observation(String workload, boolean tuned, double firstCallNanos, double nanosBefore,
            double nanosAfter, boolean right) {}

    /**
     * What the second start counted.
     *
     * @param succeeded whether it missed nothing, tuned nothing, and all numbers were right
     * @param candidates how many kernels were tried
     */
    public record SecondStartSummary(boolean succeeded, long hits, long misses, long candidates) {}

    /** What both starts saw. */
    public record Result(List<Observation> firstStart, SecondStartSummary secondStart, double seconds) {
        /** Returns whether all was as promised. */
        public boolean succeeded() {
            return secondStart.succeeded() && firstStart.stream().allMatch(Observation::right);
        }
    }

    /** Runs the quickstart on a cache of its own. */
    @SuppressWarnings("SystemConsoleNull") // on JDK 25 there is none unless input and output are both a terminal
    public static void main(String[] arguments) throws IOException, InterruptedException {
        boolean terminal = System.console() != null && System.console().isTerminal();
        System.exit(runOnTemporaryCache(System.out, terminal).succeeded() ? 0 : 1);
    }

    /**
     * Runs the quickstart on a new cache, which is deleted afterwards.
     *
     * @param out where to tell about it
     * @param terminal whether somebody is watching there
     */
    public static Result runOnTemporaryCache(PrintStream out, boolean terminal)
            throws IOException, InterruptedException {
        Path cache = Files.createTempDirectory("kernelwright-quickstart-");
        try {
            return run(cache, false, out, terminal);
        } finally {
            delete(cache);
        }
    }

    /**
     * Runs the quickstart on a cache, which is kept.
     *
     * @param fresh whether to remove first what the cache has for the quickstart's workloads; it would be a hit in the
     *        first start too
     * @param out where to tell about it
     * @param terminal whether somebody is watching there
     * @throws IOException if the cache cannot be used, or the second JVM cannot be started
     */
    public static Result run(Path cache, boolean fresh, PrintStream out, boolean terminal)
            throws IOException, InterruptedException {
        long start = System.nanoTime();
        Story story = new Story(out, terminal);
        List<Observation> observations;
        try (DirectoryStore store = DirectoryStore.open(cache)) {
            observations = new FirstStart(story, store, fresh).run();
        }
        story.line("");
        story.line("Second start, a new JVM on the same cache");
        SecondStartSummary second = SecondJvm.run(cache, story);
        Result result = new Result(observations, second, (System.nanoTime() - start) / 1e9);
        story.line("");
        story.line(result.succeeded()
                ? "All of it in %.0f s. Next: 'kernelwright tune', 'kernelwright bench'."
                : "Something above is not as it should be; it took %.0f s. 'kernelwright doctor' may know why.",
                result.seconds());
        return result;
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
