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

/** Decides whether a kernel computes the op, on fresh and secret inputs, at addresses that differ every time. */
public final class KernelVerifier {
    /** How large inputs, outputs and workspace may be together. */
    public static final long MAX_BYTES = 2L << 30;
    /** One for each step from the interpreter to compiled code and back, on the several shapes. */
    private static final int FORGIVEN_CHANGES = 5;
    private static final int MAX_SLACK_LINES = 16;
    /** What the reference may cost on the first data, where every unit is compared if that is affordable at all. */
    private static final double FIRST_OPERATIONS = 1e9;
    /** What it may cost on the others. */
    private static final double OTHER_OPERATIONS = 1e8;

    private final Workload workload;
    private final BlockPool pool;
    private final SecureRandom random = new SecureRandom();

    /** Creates a verifier; the reference is evaluated on the pool. */
    public KernelVerifier(Workload workload, BlockPool pool) {
        this.workload = workload;
        this.pool = pool;
    }

    /**
     * Verifies a kernel that a worker has loaded.
     *
     * @param searching whether it is one of many, of which the best is verified again without this
     * @return the largest error that was found, as a fraction of its bound
     * @throws KernelRejectedException with what is wrong
     */
    public double verify(TrialWorker worker, int kernel, boolean searching, Deadline deadline)
            throws KernelRejectedException, IOException {
        double worstRatio = 0;
        double maxOperations = FIRST_OPERATIONS;
        BitChanges changes = new BitChanges(FORGIVEN_CHANGES);
        for (VerificationPlan.Step step : VerificationPlan.of(workload, random.nextLong(), searching)) {
            long workspaceBytes = worker.workspaceBytes(kernel, step.axes(), deadline);
            requireAffordable(workspaceBytes);
            BufferLayout layout = BufferLayout.of(workload.signature(), step.axes(), workspaceBytes,
                    () -> random.nextInt(MAX_SLACK_LINES));
            try (CheckedLaunches launches = new CheckedLaunches(workload, step.axes(), layout, pool, random)) {
                for (InputKind kind : step.kinds()) {
                    launches.launch(worker, kernel, kind, 2, changes, deadline);
                    worstRatio = Math.max(worstRatio,
                            launches.compare(maxOperations, step.describe(kind, workload.signature())));
                    maxOperations = OTHER_OPERATIONS;
                }
            }
        }
        return worstRatio;
    }

    /** Returns whether a kernel that was verified while searching has yet to be verified in full. */
    public boolean isSearchShortened() {
        return VerificationPlan.isShortened(workload);
    }

    static void requireAffordable(long workspaceBytes) throws KernelRejectedException {
        if (workspaceBytes < 0 || workspaceBytes > MAX_BYTES) {
            throw new KernelRejectedException(ReasonCode.INVALID_PLAN, "the launch plan asks for a workspace of "
                    + workspaceBytes + " bytes: 0 to " + MAX_BYTES + " are possible");
        }
    }
}
