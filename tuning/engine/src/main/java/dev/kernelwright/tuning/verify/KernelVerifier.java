package dev.kernelwright.tuning.verify;

import dev.kernelwright.op.Workload;
import dev.kernelwright.spi.BlockPool;
import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.ReasonCode;
import dev.kernelwright.tuning.trial.BufferLayout;
import dev.kernelwright.tuning.trial.Deadline;
import dev.kernelwright.tuning.trial.TrialWorker;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Decides whether a kernel computes the op, on fresh and secret inputs, at addresses that differ every time. */
public final class KernelVerifier {
    /** How large inputs, outputs and workspace may be together. */
    public static final long MAX_BYTES = 2L << 30;
    /** One for each step from the interpreter to compiled code and back, on the several shapes. */
    private static final int FORGIVEN_CHANGES = 5;
    private static final int MAX_SLACK_LINES = 16;
    /** What the reference may cost on the first data of a search, where every unit is compared if that is affordable. */
    private static final double SEARCH_OPERATIONS = 1e9;
    /** The same of a full verification: a matrix product of 2048 x 2048 x 2048, in a few seconds. */
    private static final double FULL_OPERATIONS = 2e10;
    /** What it may cost on the other data. */
    private static final double OTHER_OPERATIONS = 1e8;
    private static final int AGREEING_LAUNCHES = 2;
    /** How many launches must agree on the first data of a full verification. */
    private static final int IDENTICAL_RUNS = 5;
    /** With fewer results, their mean error says too little. */
    private static final int MIN_MEASURED = 32;
    /** How many times the baseline's error a kernel's may be. */
    private static final double BASELINE_FACTOR = 2;
    /** A kernel that looks at a few elements to see if its inputs are the same is deceived by most changes, not by all. */
    private static final int CHANGES = 3;
    private static final String ONLY_ALIGNED = "the kernel fails where buffers begin at any element, as slices of"
            + " tensors do: look at an address before it is read or written by more than an element at a time";
    private static final String LEFTOVERS = "what earlier launches left, with a few elements changed";

    private final Workload workload;
    private final BlockPool pool;
    private final HostMemory memory;
    private final Set<Safeguard> safeguards;
    private final SecureRandom random = new SecureRandom();

    /** Creates a verifier; the reference is evaluated on the pool, and what it is compared with is in the memory. */
    public KernelVerifier(Workload workload, BlockPool pool, HostMemory memory, Set<Safeguard> safeguards) {
        this.workload = workload;
        this.pool = pool;
        this.memory = memory;
        this.safeguards = Set.copyOf(safeguards);
    }

    /** Loads the kernel that is being judged once more, and returns the number of the new one. */
    @FunctionalInterface
    public interface Reload {
        /** Loads it. */
        int load() throws KernelRejectedException, IOException;
    }

    /**
     * How far a kernel was checked and what was found.
     *
     * @param stages on what it was tried, a phrase each
     * @param worstRatio the largest error, as a fraction of its bound
     * @param compared how many results were compared
     * @param errorRms the root mean square of the errors on normal data in units of u m; NaN if none was measured
     * @param spread the largest difference between results on the same inputs
     */
    public record Findings(List<String> stages, double worstRatio, long compared, double errorRms, double spread) {
        /** Copies the stages. */
        public Findings {
            stages = List.copyOf(stages);
        }
    }

    /**
     * Verifies a kernel that a worker has loaded.
     *
     * @param reload loads the kernel anew, to tell one that is wrong from one that its earlier launches have spoilt
     * @param baselineErrorRms what {@link #errorRms} gave for the baseline; NaN if there is none
     * @param searching whether the kernel is one of many, of which the best are verified again without this
     * @throws KernelRejectedException with what is wrong
     */
    public Findings verify(TrialWorker worker, int kernel, Reload reload, double baselineErrorRms, boolean searching,
            Deadline deadline) throws KernelRejectedException, IOException {
        List<VerificationPlan.Step> steps = VerificationPlan.of(workload, random.nextLong(), searching).stream()
                .filter(step -> !step.sliced() || safeguards.contains(Safeguard.SLICES)).toList();
        BitChanges changes = new BitChanges(FORGIVEN_CHANGES);
        List<String> stages = new ArrayList<>();
        Comparison all = Comparison.NOTHING;
        double errorRms = Double.NaN;
        double spread = 0;
        for (VerificationPlan.Step step : steps) {
            boolean timedShape = stages.isEmpty();
            try (CheckedLaunches launches = launches(worker, kernel, step.axes(), step.sliced(), deadline)) {
                for (InputKind kind : step.kinds()) {
                    boolean firstData = stages.isEmpty();
                    CheckedLaunches.Fill fill = launches.fresh(kind);
                    String where = step.describe(kind, workload.signature());
                    Comparison comparison;
                    try {
                        launches.launch(worker, kernel, fill,
                                firstData && !searching ? IDENTICAL_RUNS : AGREEING_LAUNCHES, changes, deadline);
                        comparison = launches.compare(kind, operations(firstData, searching), where, deadline);
                    } catch (KernelRejectedException e) {
                        if (firstData) {
                            throw e;
                        }
                        throw step.sliced()
                                ? e.as(e.reason(), ONLY_ALIGNED)
                                : diagnose(e, launches, worker, reload, fill, where, deadline);
                    }
                    if (firstData) {
                        errorRms = comparison.errorRms();
                        requireAsPreciseAs(baselineErrorRms, comparison);
                    }
                    all = all.plus(comparison);
                    stages.add(timedShape ? kind.toString() : where);
                }
                if (timedShape && !searching && safeguards.contains(Safeguard.LEFTOVERS)) {
                    all = all.plus(compareOnLeftovers(launches, worker, kernel, deadline));
                    stages.add(LEFTOVERS);
                }
                spread = Math.max(spread, launches.spread());
            }
        }
        return new Findings(stages, all.worstRatio(), all.compared(), errorRms, spread);
    }

    private static Comparison compareOnLeftovers(CheckedLaunches launches, TrialWorker worker, int kernel,
            Deadline deadline) throws KernelRejectedException, IOException {
        try {
            launches.launchOften(worker, kernel, launches.fresh(InputKind.NORMAL), deadline);
            Comparison comparison = Comparison.NOTHING;
            for (int change = 0; change < CHANGES; change++) {
                launches.launchOnChanges(worker, kernel, InputKind.NORMAL, deadline);
                comparison = comparison
                        .plus(launches.compare(InputKind.NORMAL, OTHER_OPERATIONS, "on " + LEFTOVERS, deadline));
            }
            return comparison;
        } catch (KernelRejectedException e) {
            if (e.reason() != ReasonCode.WRONG_NUMERICS && e.reason() != ReasonCode.OUTPUT_UNWRITTEN) {
                throw e;
            }
            throw e.as(ReasonCode.STATEFUL, "the results depend on earlier launches, which left their workspace and"
                    + " their outputs: write every output in every launch, from the inputs alone");
        }
    }

    private static double operations(boolean firstData, boolean searching) {
        return !firstData ? OTHER_OPERATIONS : searching ? SEARCH_OPERATIONS : FULL_OPERATIONS;
    }

    private CheckedLaunches launches(TrialWorker worker, int kernel, long[] axes, boolean sliced, Deadline deadline)
            throws KernelRejectedException, IOException {
        long workspaceBytes = worker.workspaceBytes(kernel, axes, deadline);
        requireAffordable(workspaceBytes);
        BufferLayout layout = BufferLayout.of(workload.signature(), axes, workspaceBytes,
                () -> random.nextInt(MAX_SLACK_LINES), sliced);
        return new CheckedLaunches(workload, axes, layout, pool, memory, random, safeguards);
    }

    /**
     * Returns why a kernel is rejected that was right before: if it is right again when it is loaded anew, it is its
     * earlier launches that make it wrong.
     */
    static KernelRejectedException diagnose(KernelRejectedException found, CheckedLaunches launches,
            TrialWorker worker, Reload reload, CheckedLaunches.Fill fill, String where, Deadline deadline)
            throws IOException {
        if (found.reason() != ReasonCode.WRONG_NUMERICS && found.reason() != ReasonCode.OUTPUT_UNWRITTEN) {
            return found;
        }
        try {
            launches.launch(worker, reload.load(), fill, 1, new BitChanges(0), deadline);
            launches.compare(fill.kind(), OTHER_OPERATIONS, where, deadline);
        } catch (KernelRejectedException e) {
            return found;
        }
        return found.as(ReasonCode.STATEFUL, "the results depend on earlier launches, since they are right on the same"
                + " inputs in the first launch after loading: keep nothing from one launch to the next");
    }

    /**
     * Returns the root mean square of a right kernel's errors on normal data in units of u m, for comparison; NaN if
     * there are too few results for a mean.
     *
     * @throws IOException if the kernel is not right
     */
    public double errorRms(TrialWorker worker, int kernel, Deadline deadline) throws IOException {
        try (CheckedLaunches launches = launches(worker, kernel, workload.signature().maxAxes(), false, deadline)) {
            launches.launch(worker, kernel, launches.fresh(InputKind.NORMAL), 1, new BitChanges(0), deadline);
            Comparison comparison = launches.compare(InputKind.NORMAL, OTHER_OPERATIONS, "on normal data", deadline);
            return comparison.measured() < MIN_MEASURED ? Double.NaN : comparison.errorRms();
        } catch (KernelRejectedException e) {
            throw new IOException("the baseline of " + workload + " cannot be relied on: " + e.getMessage(), e);
        }
    }

    /**
     * Rejects a kernel whose errors are more than twice the baseline's and also more than an honest kernel's may be.
     *
     * <p>r independent roundings of up to u m each, evenly distributed, have the root mean square sqrt(r / 3) u m. A sum
     * of t terms of one sign that are added one after the other has partial sums from 0 to m and so an error of
     * 0.24 sqrt(t) u m; half as much again is allowed. Where terms cancel, partial sums are smaller by what the result
     * is smaller than m. At least u m is allowed.
     */
    private void requireAsPreciseAs(double baselineErrorRms, Comparison comparison) throws KernelRejectedException {
        long[] axes = workload.signature().maxAxes();
        double roundings = workload.op().accuracy().roundings();
        double terms = workload.signature().evaluate(workload.op().accuracy().terms(), axes);
        double honest = Math.max(1, Math.sqrt(roundings / 3 + terms / 8 * comparison.valueMeanSquare()));
        boolean comparable = workload.signature().relaxations().isEmpty() && comparison.measured() >= MIN_MEASURED
                && safeguards.contains(Safeguard.BASELINE_ERROR);
        if (comparable && comparison.errorRms() > Math.max(BASELINE_FACTOR * baselineErrorRms, honest)) {
            throw new KernelRejectedException(ReasonCode.WRONG_NUMERICS, String.format(Locale.ROOT,
                    "the results are within their bounds but not precise: the root mean square of their errors on normal"
                            + " data is %.3g u m, the baseline's %.3g, and at most twice that or %.3g is allowed:"
                            + " compute in the op's own type",
                    comparison.errorRms(), baselineErrorRms, honest));
        }
    }

    static void requireAffordable(long workspaceBytes) throws KernelRejectedException {
        if (workspaceBytes < 0 || workspaceBytes > MAX_BYTES) {
            throw new KernelRejectedException(ReasonCode.INVALID_PLAN, "the launch plan asks for a workspace of "
                    + workspaceBytes + " bytes: 0 to " + MAX_BYTES + " are possible");
        }
    }
}
