package dev.kernelwright.tuning.verify;

import dev.kernelwright.op.Workload;
import dev.kernelwright.spi.BlockPool;
import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.ReasonCode;
import dev.kernelwright.tensor.Tensor;
import dev.kernelwright.tuning.trial.BufferLayout;
import dev.kernelwright.tuning.trial.Deadline;
import dev.kernelwright.tuning.trial.TrialWorker;
import java.io.EOFException;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Launches of one kernel on one shape, each of which is checked: that it kept to its arguments, wrote every output, gave
 * the same bits as before, and computed the op.
 */
final class CheckedLaunches implements AutoCloseable {
    private final Workload workload;
    private final long[] axes;
    private final BufferLayout layout;
    private final BlockPool pool;
    private final SecureRandom random;
    private final TrialImage image;
    private OutputSnapshot latest;
    private OutputSnapshot spare;
    /** What the image holds; null once its poison was renewed. */
    private @Nullable Fill held;

    /** Prepares launches with the given layout; the parent's share of the work is done on the pool. */
    CheckedLaunches(Workload workload, long[] axes, BufferLayout layout, BlockPool pool, SecureRandom random) {
        this.workload = workload;
        this.axes = axes.clone();
        this.layout = layout;
        this.pool = pool;
        this.random = random;
        this.image = new TrialImage(workload.signature(), axes, layout, pool);
        try {
            this.latest = image.newSnapshot();
            this.spare = image.newSnapshot();
        } catch (OutOfMemoryError e) {
            image.close();
            throw e;
        }
    }

    /** What a set of buffers was filled with, so that it can be made again. */
    record Fill(InputKind kind, long inputSeed, long poisonSeed) {}

    /** Fills a set of buffers in the worker's file anew, and returns with what. */
    Fill fill(TrialWorker worker, int set, InputKind kind) throws IOException {
        Fill fill = new Fill(kind, random.nextLong(), random.nextLong());
        hold(fill);
        image.writeTo(worker.memory(), set);
        return fill;
    }

    /** Takes in what launches have made of a set of buffers that was filled so, and checks it without the reference. */
    void takeIn(TrialWorker worker, int set, Fill fill) throws KernelRejectedException, IOException {
        if (!fill.equals(held)) {
            hold(fill);
        }
        takeIn(worker, set);
        latest.requireWritten();
    }

    private void hold(Fill fill) {
        image.fillInputs(fill.kind, fill.inputSeed);
        image.poison(fill.poisonSeed);
        held = fill;
    }

    private void takeIn(TrialWorker worker, int set) throws KernelRejectedException, IOException {
        try {
            image.requireUntouched(worker.memory(), set);
            OutputSnapshot snapshot = spare;
            spare = latest;
            latest = snapshot;
            image.readOutputs(worker.memory(), set, latest);
        } catch (EOFException e) {
            throw new KernelRejectedException(ReasonCode.CRASHED,
                    "the kernel's trial worker cut the file of its tensors short: " + e.getMessage());
        }
    }

    /**
     * Launches on fresh inputs until as many launches in a row as wanted have given the same bits.
     *
     * @param changes how often they may differ before
     */
    void launch(TrialWorker worker, int kernel, InputKind kind, int agreeing, BitChanges changes, Deadline deadline)
            throws KernelRejectedException, IOException {
        if (deadline.isPast()) {
            throw new KernelRejectedException(ReasonCode.TIMEOUT,
                    "the time that was allowed ended before the kernel was checked");
        }
        fill(worker, 0, kind);
        for (int launch = 1, same = 1; same < agreeing || launch == 1; launch++) {
            if (launch > 1) {
                // Other poison in outputs and workspace, and other guard bands; the inputs stay.
                held = null;
                image.poison(random.nextLong());
                image.writePoisonTo(worker.memory(), 0);
            }
            worker.run(kernel, axes, layout, deadline);
            takeIn(worker, 0);
            if (launch == 1) {
                latest.requireWritten();
            } else if (latest.agreesWith(spare)) {
                same++;
            } else {
                changes.note();
                same = 1;
            }
        }
    }

    /**
     * Compares the outputs that were taken in last with the reference's.
     *
     * @param maxOperations what the reference may cost; beyond that, a secret sample of its units is compared
     * @param where what the kernel ran on, for the message
     * @return the largest error as a fraction of its bound
     * @throws KernelRejectedException if a result is wrong
     */
    double compare(double maxOperations, String where) throws KernelRejectedException {
        OutputChecker checker = new OutputChecker(workload, axes, pool);
        long units = checker.units();
        UnitSample sample = UnitSample.of(units, referenceOperations(workload, axes) / Math.max(1, units),
                maxOperations, random.nextLong());
        List<Tensor> inputs = new ArrayList<>();
        for (int i = 0; i < workload.signature().inputs().size(); i++) {
            inputs.add(image.input(i));
        }
        Comparison comparison = checker.compare(inputs, latest.outputs(), sample);
        if (comparison.wrong() > 0) {
            throw new KernelRejectedException(ReasonCode.WRONG_NUMERICS, "the results are wrong " + where + ": "
                    + comparison.describe(workload.signature(), axes));
        }
        return comparison.worstRatio();
    }

    /** Returns what a reference costs: its operations or, for ops that mostly move data, the bytes. */
    static double referenceOperations(Workload workload, long[] axes) {
        return Math.max(workload.flops(axes), workload.bytes(axes));
    }

    @Override
    public void close() {
        image.close();
    }
}
