package dev.kernelwright.tuning.trial;

import dev.kernelwright.spi.Timing;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Times launches in the child: first brings the kernels to their full speed, then takes samples of both in turn.
 *
 * <p>In turn, so that whatever slows the machine down for a moment slows both. A kernel starts in the interpreter,
 * where it is up to a thousand times slower and just as steady; so that this is not taken for its speed, a warm-up
 * lasts {@value #MANY_LAUNCHES} launches or {@value #LONG_NANOS} ns unless a launch has become fast, or takes a device so
 * long by its own clock that nobody sees how it was queued, and samples that still got faster are taken again. So are
 * samples whose median is not known well; the steadiest count.
 */
final class Stopwatch {
    private static final long WINDOW_NANOS = 20_000_000L;
    private static final long MIN_WARM_UP_NANOS = 100_000_000L;
    private static final long LONG_NANOS = 1_500_000_000L;
    private static final long MAX_WARM_UP_NANOS = 3_000_000_000L;
    /** The last launch of a warm-up that takes longer is a sample, lest the slowest kernels take the most launches. */
    private static final long SLOW_LAUNCH_NANOS = 1_000_000_000L;
    /** HotSpot compiles a method at the latest when it has been called 5,000 times, or 600 times with loops. */
    private static final long MANY_LAUNCHES = 5_000;
    /** Not even the interpreter takes as long to queue a launch, so a device that takes longer never waits for it. */
    private static final double QUEUED_NANOS = 100_000;
    private static final int STEADY_WINDOWS = 3;
    private static final double IMPROVEMENT = 0.95;
    private static final int MIN_SAMPLES = 5;
    private static final int MIN_BASELINE_SAMPLES = 3;
    private static final int MAX_ATTEMPTS = 3;
    private static final double STILL_FASTER = 0.8;
    /** A confidence interval of the median that is wider, as a fraction of the median, is worth another attempt. */
    private static final double NOISY = 0.1;

    private final TimingRequest request;

    Stopwatch(TimingRequest request) {
        this.request = request;
    }

    TrialTimes time(Launches kernel, @Nullable Launches baseline) throws KernelFailedException {
        double kernelNanos = warmUp(kernel, request.fastNanos());
        double baselineNanos = baseline == null ? 0 : warmUp(baseline, request.baselineFastNanos());
        double leastNoise = Double.POSITIVE_INFINITY;
        @Nullable TrialTimes steadiest = null;
        for (int attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
            Samples kernelSamples = new Samples(kernel, kernelNanos);
            @Nullable Samples baselineSamples = baseline == null ? null : new Samples(baseline, baselineNanos);
            takeInTurn(kernelSamples, baselineSamples);
            boolean faster = kernelSamples.gotFaster();
            double noise = kernelSamples.noise();
            // What is still getting faster counts for more than all that was taken before.
            if (steadiest == null || faster || noise < leastNoise) {
                leastNoise = faster ? Double.POSITIVE_INFINITY : noise;
                steadiest = new TrialTimes(kernelSamples.nanos(),
                        baselineSamples == null ? new double[0] : baselineSamples.nanos());
            }
            if (!faster && noise <= NOISY) {
                break;
            }
            kernelNanos = kernelSamples.last();
        }
        return Objects.requireNonNull(steadiest, "there is at least one attempt");
    }

    /** Runs until some windows in a row have brought nothing more, and returns the best time of a launch. */
    private double warmUp(Launches launches, double fastNanos) throws KernelFailedException {
        long start = System.nanoTime();
        double best = Double.POSITIVE_INFINITY;
        int steady = 0;
        long count = 0;
        long batch = 1;
        while (true) {
            long nanos = launches.nanosOf(batch);
            count += batch;
            double each = (double) nanos / batch;
            if (nanos >= WINDOW_NANOS / 2) {
                // Compilation makes it faster, the rest of the machine slower: only the former is waited for.
                steady = each < IMPROVEMENT * best ? 0 : steady + 1;
                best = Math.min(best, each);
            }
            long elapsed = System.nanoTime() - start;
            boolean compiled = launches.isSettled() || (elapsed >= MIN_WARM_UP_NANOS
                    && (each <= fastNanos || (launches.areTimedByDevice() && each >= QUEUED_NANOS)
                            || count >= MANY_LAUNCHES || elapsed >= LONG_NANOS));
            if (elapsed >= MAX_WARM_UP_NANOS || (compiled && steady >= STEADY_WINDOWS)) {
                return best;
            }
            // Grows slowly: the next launches may still be interpreted.
            batch = (long) Math.clamp(WINDOW_NANOS / each, 1, 4.0 * batch);
        }
    }

    /**
     * Takes samples of both in turn until there are enough or the time is over. A baseline that is so slow that it
     * would take most of the time is sampled less often.
     */
    private void takeInTurn(Samples kernel, @Nullable Samples baseline) throws KernelFailedException {
        long limit = request.limitNanos();
        while (true) {
            if (baseline != null && (baseline.count == 0 || baseline.spentNanos <= limit / 2
                    || (baseline.count < MIN_BASELINE_SAMPLES && baseline.spentNanos <= 2 * limit))) {
                baseline.take();
            }
            long spent = kernel.spentNanos + (baseline == null ? 0 : baseline.spentNanos);
            boolean enough = kernel.count >= MIN_SAMPLES || (kernel.count > 0 && kernel.spentNanos >= 2 * limit);
            if (kernel.count == request.samples() || (spent >= limit && enough)) {
                return;
            }
            kernel.take();
        }
    }

    /** The samples of one kernel. */
    private final class Samples {
        private final Launches launches;
        private final long batch;
        private final double[] taken = new double[request.samples()];
        private int count;
        private long spentNanos;

        Samples(Launches launches, double expectedNanos) {
            this.launches = launches;
            long wanted = (long) Math.ceil(request.sampleNanos() / expectedNanos);
            this.batch = wanted <= 1 ? 1 : Math.ceilDiv(wanted, launches.setCount()) * launches.setCount();
            if (expectedNanos >= SLOW_LAUNCH_NANOS) {
                add((long) expectedNanos);
            }
        }

        private void add(long nanos) {
            if (count < taken.length) {
                spentNanos += nanos;
                taken[count++] = (double) nanos / batch;
            }
        }

        void take() throws KernelFailedException {
            add(launches.nanosOf(batch));
        }

        double[] nanos() {
            return Arrays.copyOf(taken, count);
        }

        double last() {
            return taken[count - 1];
        }

        double noise() {
            Timing timing = Timing.of(nanos());
            return (timing.medianHighNanos() - timing.medianLowNanos()) / timing.medianNanos();
        }

        boolean gotFaster() {
            int half = count / 2;
            return half > 0 && median(half, count) < STILL_FASTER * median(0, half);
        }

        private double median(int from, int to) {
            double[] part = Arrays.copyOfRange(taken, from, to);
            Arrays.sort(part);
            return part[part.length / 2];
        }
    }
}
