package dev.kernelwright.tuning.verify;

import dev.kernelwright.op.Workload;
import dev.kernelwright.spi.BlockPool;
import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.tuning.trial.BufferLayout;
import dev.kernelwright.tuning.trial.Deadline;
import dev.kernelwright.tuning.trial.TimingRequest;
import dev.kernelwright.tuning.trial.TrialTimes;
import dev.kernelwright.tuning.trial.TrialWorker;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * Times a kernel in a worker at the largest axes, and checks the very launches that were timed.
 *
 * <p>Kernel and baseline each have sets of buffers of their own, so that neither can live on the other's results. After
 * the timing, the kernel is launched again at the same addresses on other inputs, and must then give other results:
 * what it may have kept does not help it.
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

    private final Workload workload;
    private final BlockPool pool;
    private final SecureRandom random = new SecureRandom();

    /** Creates a timer; the reference is evaluated on the pool. */
    public KernelTimer(Workload workload, BlockPool pool) {
        this.workload = workload;
        this.pool = pool;
    }

    /**
     * How carefully to time.
     *
     * @param samples how many samples are wanted of each
     * @param limit when to be content with fewer
     */
    public record Effort(int samples, Duration limit) {
        /** For finding the best of many candidates. */
        public static final Effort SEARCH = new Effort(61, Duration.ofMillis(200));
        /** For the figures that a record is published with. */
        public static final Effort FINAL = new Effort(201, Duration.ofSeconds(1));
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
     * @param baseline the kernel to time in turn with it, if there is one
     * @param fastNanos a launch of the kernel that takes no longer was certainly compiled and not interpreted
     * @param baselineFastNanos the same for the baseline
     * @throws KernelRejectedException if the launches do not stand up to the checks
     */
    public TrialTimes time(TrialWorker worker, int kernel, OptionalInt baseline, double fastNanos,
            double baselineFastNanos, Effort effort, Deadline deadline) throws KernelRejectedException, IOException {
        long[] axes = workload.signature().maxAxes();
        BufferLayout layout = layout(worker, kernel, baseline, axes, deadline);
        int sets = setCount(layout);
        try (CheckedLaunches launches = new CheckedLaunches(workload, axes, layout, pool, random)) {
            List<CheckedLaunches.Fill> fills = new ArrayList<>();
            for (int set = 0; set < (baseline.isPresent() ? 2 : 1) * sets; set++) {
                fills.add(launches.fill(worker, set, InputKind.NORMAL));
            }
            TrialTimes times = worker.time(new TimingRequest(kernel, baseline.orElse(TimingRequest.NONE), axes, layout,
                    sets, fastNanos, baselineFastNanos, SAMPLE_NANOS, effort.samples, effort.limit.toNanos()),
                    deadline);
            for (int set = 0; set < sets; set++) {
                launches.takeIn(worker, set, fills.get(set));
                launches.compare(COMPARED_OPERATIONS / sets, "in the launches that were timed");
            }
            launches.launch(worker, kernel, InputKind.NORMAL, AGREEING_LAUNCHES, new BitChanges(FORGIVEN_CHANGES),
                    deadline);
            launches.compare(COMPARED_OPERATIONS, "on new inputs at the addresses of the timed ones");
            return times;
        }
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
            try (CheckedLaunches launches = new CheckedLaunches(workload, axes, layout, pool, random)) {
                for (int set = 0; set < sets; set++) {
                    launches.fill(worker, set, InputKind.NORMAL);
                }
            }
            return worker.timeBaseline(new TimingRequest(baseline, TimingRequest.NONE, axes, layout, sets,
                    fastNanos, 0, SAMPLE_NANOS, effort.samples, effort.limit.toNanos()), deadline);
        } catch (KernelRejectedException e) {
            throw new IOException("the baseline of " + workload + " cannot be timed: " + e.getMessage(), e);
        }
    }
}
