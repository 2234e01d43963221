package dev.kernelwright.tuning.verify;

import dev.kernelwright.op.Workload;
import dev.kernelwright.spi.BlockPool;
import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.ReasonCode;
import dev.kernelwright.spi.Timing;
import dev.kernelwright.tuning.trial.BufferLayout;
import dev.kernelwright.tuning.trial.Deadline;
import dev.kernelwright.tuning.trial.TimingRequest;
import dev.kernelwright.tuning.trial.TrialTimes;
import dev.kernelwright.tuning.trial.TrialWorker;
import dev.kernelwright.tuning.verify.CheckedLaunches.Fill;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Times a kernel in a worker at the largest axes, and checks the very launches that were timed.
 *
 * <p>Kernel and baseline each have sets of buffers of their own, so that neither can live on the other's results. After
 * the timing, the kernel is launched again at the same addresses on other inputs, and must then give other results:
 * what it may have kept does not help it. The results of the launches before must still be there then.
 *
 * <p>The worker takes the times, by the device's own clock where that has events, since the way to it costs more than a
 * launch. For the figures of a record the parent takes them too, by the host's clock: what it takes longer for three times
 * as many launches is what the launches take, whatever a request costs.
 */
public final class KernelTimer {
    /** Small workloads rotate over several sets of buffers, as calls in an application do, up to this many bytes. */
    private static final long ROTATED_BYTES = 64L << 20;
    private static final int MAX_SETS = 3;
    /**
     * Thousands of times the clock's resolution, and a fraction of a scheduler's time slice: on a busy machine a process
     * is stopped for milliseconds now and then, and the fewer samples that hits, the better the median holds.
     */
    private static final long SAMPLE_NANOS = 200_000;
    private static final double COMPARED_OPERATIONS = 1e8;
    /** Enough to see what depends on chance, once everything is compiled; one late compilation is forgiven. */
    private static final int AGREEING_LAUNCHES = 5;
    private static final int FORGIVEN_CHANGES = 1;
    /**
     * Of the launches by which the worker's clock is checked, the fewer last as long as the worker's samples. Were they
     * longer, a busy machine would leave the samples alone and stop these launches every time, and an honest clock would
     * be called a liar: all of the longer ones have to fall into one time slice, of a millisecond or more, at least once.
     */
    private static final long MANY_LAUNCHES = 4;
    /** A liar costs a second or two; only an honest clock on a machine that is very busy needs that many. */
    private static final int CLOCK_CHECKS = 250;
    private static final long CLOCK_CHECK_LIMIT_NANOS = 10_000_000_000L;
    /** How much longer launches may take in the parent's eyes, which a busy machine catches in better moments. */
    private static final double CLOCK_MARGIN = 3;

    private final Workload workload;
    private final BlockPool pool;
    private final HostMemory memory;
    private final Set<Safeguard> safeguards;
    private final Supplier<Map<String, String>> conditions;
    private final SecureRandom random = new SecureRandom();

    /**
     * Creates a timer.
     *
     * @param pool evaluates the reference
     * @param memory holds what it is compared with
     * @param conditions tells in which state the device is
     */
    public KernelTimer(Workload workload, BlockPool pool, HostMemory memory, Set<Safeguard> safeguards,
            Supplier<Map<String, String>> conditions) {
        this.workload = workload;
        this.pool = pool;
        this.memory = memory;
        this.safeguards = Set.copyOf(safeguards);
        this.conditions = conditions;
    }

    /**
     * Times, and the state in which the device was when they had been taken.
     *
     * @param times the times
     * @param conditions as {@link dev.kernelwright.spi.Backend#conditions} names them
     */
    public record Measurement(TrialTimes times, Map<String, String> conditions) {}

    /**
     * How carefully to time.
     *
     * @param samples how many samples are wanted of each
     * @param limit when to be content with fewer
     * @param inTurn whether kernel and baseline are timed in turn however slow the baseline is
     */
    public record Effort(int samples, Duration limit, boolean inTurn) {
        /** For finding the best of many candidates. */
        public static final Effort SEARCH = new Effort(61, Duration.ofMillis(200), false);
        /** For the only candidate, for which a slow baseline has to be timed in any case. */
        public static final Effort RECHECK = new Effort(61, Duration.ofMillis(200), true);
        /** For the figures that a record is published with. */
        public static final Effort FINAL = new Effort(201, Duration.ofSeconds(1), true);
    }

    /** Returns how much a worker's file has to hold for a workload, without workspaces. */
    public static long memoryBytes(Workload workload) {
        BufferLayout layout = BufferLayout.of(workload.signature(), workload.signature().maxAxes(), 0, () -> 0);
        return 2L * setCount(layout) * layout.byteSize();
    }

    private static int setCount(BufferLayout layout) {
        return Math.clamp(ROTATED_BYTES / layout.byteSize(), 1, MAX_SETS);
    }

    /**
     * Times a kernel.
     *
     * @param reload loads the kernel anew, to tell one that is wrong from one that its earlier launches have spoilt
     * @param baseline the kernel to time in turn with it, if there is one
     * @param fastNanos a launch of the kernel that takes no longer was certainly compiled and not interpreted
     * @param baselineFastNanos the same for the baseline
     * @throws KernelRejectedException if the launches do not stand up to the checks
     */
    public Measurement time(TrialWorker worker, int kernel, KernelVerifier.Reload reload, OptionalInt baseline,
            double fastNanos, double baselineFastNanos, Effort effort, Deadline deadline)
            throws KernelRejectedException, IOException {
        long[] axes = workload.signature().maxAxes();
        BufferLayout layout = layout(worker, kernel, baseline, axes, deadline);
        int sets = setCount(layout);
        try (CheckedLaunches launches = new CheckedLaunches(workload, axes, layout, pool, memory, random, safeguards)) {
            Fill[] fills = new Fill[(baseline.isPresent() ? 2 : 1) * sets];
            // The kernel's last: those are checked, and the image then holds what the only one was filled with.
            for (int set = fills.length - 1; set >= 0; set--) {
                fills[set] = launches.fresh(InputKind.NORMAL);
                launches.fill(worker, set, fills[set]);
            }
            TrialTimes times = worker.time(new TimingRequest(kernel, baseline.orElse(TimingRequest.NONE), axes, layout,
                    sets, fastNanos, baselineFastNanos, SAMPLE_NANOS, effort.samples, effort.limit.toNanos()),
                    deadline);
            // At once: a device that waits lowers its clocks.
            Measurement measurement = new Measurement(times, conditions.get());
            if (effort.equals(Effort.FINAL)) {
                checkClock(Timing.of(times.kernelNanos()).medianNanos(),
                        count -> worker.repeat(kernel, axes, layout, sets, count, deadline), System::nanoTime);
            }
            if (safeguards.contains(Safeguard.TIMED_RESULTS)) {
                for (int set = sets - 1; set >= 0; set--) {
                    requireRight(launches, worker, reload, set, fills[set], deadline);
                }
                checkNewLaunches(launches, worker, kernel, reload, sets, fills, deadline);
            }
            return measurement;
        }
    }

    private void requireRight(CheckedLaunches launches, TrialWorker worker, KernelVerifier.Reload reload, int set,
            Fill fill, Deadline deadline) throws KernelRejectedException, IOException {
        String where = "in the launches that were timed";
        try {
            launches.takeIn(worker, set, fill);
            launches.compare(fill.kind(), COMPARED_OPERATIONS, where, deadline);
        } catch (KernelRejectedException e) {
            throw KernelVerifier.diagnose(e, launches, worker, reload, fill, where, deadline);
        }
    }

    /** Launches on new inputs in the first set, and sees that the last set keeps the results it has. */
    private void checkNewLaunches(CheckedLaunches launches, TrialWorker worker, int kernel,
            KernelVerifier.Reload reload, int sets, Fill[] fills, Deadline deadline)
            throws KernelRejectedException, IOException {
        Fill fill = launches.fresh(InputKind.NORMAL);
        String where = "on new inputs at the addresses of the timed ones";
        try {
            launches.launch(worker, kernel, fill, AGREEING_LAUNCHES, new BitChanges(FORGIVEN_CHANGES), deadline);
            launches.compare(fill.kind(), COMPARED_OPERATIONS, where, deadline);
        } catch (KernelRejectedException e) {
            throw KernelVerifier.diagnose(e, launches, worker, reload, fill, where, deadline);
        }
        if (sets > 1) {
            worker.repeat(kernel, workload.signature().maxAxes(), launches.layout(), sets, 1, deadline);
            try {
                launches.takeIn(worker, sets - 1, fills[sets - 1]);
                launches.compare(InputKind.NORMAL, COMPARED_OPERATIONS, "in an earlier launch", deadline);
            } catch (KernelRejectedException e) {
                if (e.reason() == ReasonCode.TIMEOUT) {
                    throw e;
                }
                throw e.as(ReasonCode.OUT_OF_BOUNDS, "the kernel changed what an earlier launch had left: write to the"
                        + " arguments of the launch alone");
            }
        }
    }

    /** Launches as often as it is told. */
    @FunctionalInterface
    interface Launcher {
        void launch(long count) throws KernelRejectedException, IOException;
    }

    /**
     * Compares the time that a worker claims with the parent's.
     *
     * @param nanoTime the parent's clock
     * @throws KernelRejectedException if launches take much longer than they are claimed to, every time
     */
    static void checkClock(double claimedNanos, Launcher launcher, LongSupplier nanoTime)
            throws KernelRejectedException, IOException {
        long few = Math.max(1, (long) (SAMPLE_NANOS / claimedNanos));
        long start = nanoTime.getAsLong();
        double fewNanos = Double.POSITIVE_INFINITY;
        double manyNanos = Double.POSITIVE_INFINITY;
        double seenNanos = Double.POSITIVE_INFINITY;
        for (int check = 0; check < CLOCK_CHECKS && nanoTime.getAsLong() - start < CLOCK_CHECK_LIMIT_NANOS; check++) {
            // The least of each, since other work only ever adds time.
            fewNanos = Math.min(fewNanos, (double) nanosOf(launcher, few, nanoTime));
            manyNanos = Math.min(manyNanos, (double) nanosOf(launcher, MANY_LAUNCHES * few, nanoTime));
            seenNanos = (manyNanos - fewNanos) / ((MANY_LAUNCHES - 1) * few);
            if (seenNanos <= CLOCK_MARGIN * claimedNanos) {
                return;
            }
        }
        throw new KernelRejectedException(ReasonCode.CLOCK_MISMATCH, String.format(Locale.ROOT,
                "a launch takes %.0f ns by the trial worker's clock but at least %.0f ns by the clock outside it: leave"
                        + " the clock and other threads alone",
                claimedNanos, seenNanos));
    }

    private static long nanosOf(Launcher launcher, long count, LongSupplier nanoTime)
            throws KernelRejectedException, IOException {
        long start = nanoTime.getAsLong();
        launcher.launch(count);
        return nanoTime.getAsLong() - start;
    }

    private BufferLayout layout(TrialWorker worker, int kernel, OptionalInt baseline, long[] axes, Deadline deadline)
            throws KernelRejectedException, IOException {
        long workspaceBytes = worker.workspaceBytes(kernel, axes, deadline);
        KernelVerifier.requireAffordable(workspaceBytes);
        if (baseline.isPresent()) {
            workspaceBytes = Math.max(workspaceBytes, worker.workspaceBytes(baseline.getAsInt(), axes, deadline));
        }
        return BufferLayout.of(workload.signature(), axes, workspaceBytes, () -> 0);
    }

    /** Times the baseline alone, for comparison with kernels whose times are taken later. */
    public TrialTimes timeBaseline(TrialWorker worker, int baseline, double fastNanos, Effort effort,
            Deadline deadline) throws IOException {
        long[] axes = workload.signature().maxAxes();
        try {
            BufferLayout layout = layout(worker, baseline, OptionalInt.empty(), axes, deadline);
            int sets = setCount(layout);
            try (CheckedLaunches launches = new CheckedLaunches(workload, axes, layout, pool, memory,
                    random, safeguards)) {
                for (int set = 0; set < sets; set++) {
                    launches.fill(worker, set, launches.fresh(InputKind.NORMAL));
                }
            }
            return worker.timeBaseline(new TimingRequest(baseline, TimingRequest.NONE, axes, layout, sets,
                    fastNanos, 0, SAMPLE_NANOS, effort.samples, effort.limit.toNanos()), deadline);
        } catch (KernelRejectedException e) {
            throw new IOException("the baseline of " + workload + " cannot be timed: " + e.getMessage(), e);
        }
    }
}
