package dev.kernelwright.tuning.verify;

import dev.kernelwright.op.Relaxation;
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
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Launches of one kernel on one shape, each of which is checked: that it kept to its arguments, wrote every output, gave
 * the same bits as before, and computed the op.
 */
final class CheckedLaunches implements AutoCloseable {
    /** How long launches go on to see what becomes of a kernel's memory. */
    private static final double LEFTOVER_NANOS = 200e6;
    private static final double MIN_LEFTOVER_LAUNCHES = 2;
    private static final double MAX_LEFTOVER_LAUNCHES = 64;
    private static final String OUT_OF_TIME = "the time that was allowed ended before the kernel was checked";

    private final Workload workload;
    private final long[] axes;
    private final BufferLayout layout;
    private final BlockPool pool;
    private final SecureRandom random;
    private final Set<Safeguard> safeguards;
    private final HostMemory memory;
    private final TrialImage image;
    private OutputSnapshot latest;
    private OutputSnapshot spare;
    /** What the image holds; null once its poison was renewed. */
    private @Nullable Fill held;
    private double spread;

    /** Prepares launches with the given layout; the parent's share of the work is done on the pool and in the memory. */
    CheckedLaunches(Workload workload, long[] axes, BufferLayout layout, BlockPool pool, HostMemory memory,
            SecureRandom random, Set<Safeguard> safeguards) {
        this.workload = workload;
        this.axes = axes.clone();
        this.layout = layout;
        this.pool = pool;
        this.random = random;
        this.safeguards = safeguards;
        this.memory = memory;
        this.image = new TrialImage(workload.signature(), axes, layout, pool,
                memory.lend(TrialImage.byteSize(workload.signature(), axes, layout, 2)));
        this.latest = image.newSnapshot();
        this.spare = image.newSnapshot();
    }

    /** What a set of buffers was filled with, so that it can be made again. */
    record Fill(InputKind kind, long inputSeed, long poisonSeed) {}

    /** Returns where the buffers are. */
    BufferLayout layout() {
        return layout;
    }

    /** Returns fresh data of a kind. */
    Fill fresh(InputKind kind) {
        return new Fill(kind, random.nextLong(), random.nextLong());
    }

    /** Fills a set of buffers in the worker's file. */
    void fill(TrialWorker worker, int set, Fill fill) throws IOException {
        hold(fill);
        image.writeTo(worker.memory(), set);
    }

    /** Takes in what launches have made of a set of buffers that was filled so, and checks it without the reference. */
    void takeIn(TrialWorker worker, int set, Fill fill) throws KernelRejectedException, IOException {
        if (!fill.equals(held)) {
            hold(fill);
        }
        takeIn(worker, set);
        requireWritten();
    }

    private void hold(Fill fill) {
        image.fillInputs(fill.kind, fill.inputSeed);
        image.poison(fill.poisonSeed);
        held = fill;
    }

    private void takeIn(TrialWorker worker, int set) throws KernelRejectedException, IOException {
        try {
            if (safeguards.contains(Safeguard.GUARD_BANDS)) {
                image.requireGuardsUntouched(worker.memory(), set);
            }
            if (safeguards.contains(Safeguard.INPUTS)) {
                image.requireInputsUntouched(worker.memory(), set);
            }
            OutputSnapshot snapshot = spare;
            spare = latest;
            latest = snapshot;
            image.readOutputs(worker.memory(), set, latest);
        } catch (EOFException e) {
            throw new KernelRejectedException(ReasonCode.CRASHED,
                    "the kernel's trial worker cut the file of its tensors short: " + e.getMessage());
        }
    }

    private void requireWritten() throws KernelRejectedException {
        if (safeguards.contains(Safeguard.POISON)) {
            latest.requireWritten();
        }
    }

    /**
     * Launches until as many launches in a row as wanted have given the same bits; of a kernel that need not be
     * deterministic, the number of launches that is wanted.
     *
     * @param changes how often they may differ before
     */
    void launch(TrialWorker worker, int kernel, Fill fill, int agreeing, BitChanges changes, Deadline deadline)
            throws KernelRejectedException, IOException {
        if (deadline.isPast()) {
            throw new KernelRejectedException(ReasonCode.TIMEOUT, OUT_OF_TIME);
        }
        fill(worker, 0, fill);
        boolean mayDiffer = workload.signature().relaxations().contains(Relaxation.NON_DETERMINISTIC);
        worker.run(kernel, axes, layout, deadline);
        for (int launch = 1, same = 1; same < agreeing || launch == 1; launch++) {
            if (launch > 1) {
                if (safeguards.contains(Safeguard.POISON)) {
                    // Other poison in outputs and workspace, and other guard bands; the inputs stay.
                    held = null;
                    image.poison(random.nextLong());
                    image.writePoisonTo(worker.memory(), 0);
                }
                worker.runAgain(kernel, axes, layout, deadline);
            }
            takeIn(worker, 0);
            if (launch == 1) {
                requireWritten();
            } else if (agree() || mayDiffer) {
                same++;
            } else {
                changes.note();
                same = 1;
            }
        }
    }

    /** Launches often on the same buffers and leaves them as they are then. */
    void launchOften(TrialWorker worker, int kernel, Fill fill, Deadline deadline)
            throws KernelRejectedException, IOException {
        fill(worker, 0, fill);
        long start = System.nanoTime();
        worker.run(kernel, axes, layout, deadline);
        double launchNanos = Math.max(1, System.nanoTime() - start);
        long launches = (long) Math.clamp(LEFTOVER_NANOS / launchNanos, MIN_LEFTOVER_LAUNCHES, MAX_LEFTOVER_LAUNCHES);
        worker.repeat(kernel, axes, layout, 1, launches, deadline);
        takeIn(worker, 0);
    }

    /** Launches once more on what the last launch has left, but for a few elements of inputs and outputs. */
    void launchOnChanges(TrialWorker worker, int kernel, InputKind kind, Deadline deadline)
            throws KernelRejectedException, IOException {
        held = null;
        image.changeSomeInputs(kind, random.nextLong());
        image.writeChangesTo(worker.memory(), 0, random.nextLong());
        worker.run(kernel, axes, layout, deadline);
        takeIn(worker, 0);
        requireWritten();
    }

    private boolean agree() throws KernelRejectedException {
        if (!safeguards.contains(Safeguard.DETERMINISM)) {
            return true;
        }
        boolean same = safeguards.contains(Safeguard.POISON)
                ? latest.agreesWith(spare)
                : latest.largestDifference(spare) == 0;
        if (!same) {
            spread = Math.max(spread, latest.largestDifference(spare));
        }
        return same;
    }

    /** Returns the largest difference that was seen between the results of launches on the same inputs. */
    double spread() {
        return spread;
    }

    /**
     * Compares the outputs that were taken in last with the reference's.
     *
     * @param kind what the inputs are
     * @param maxOperations what the reference may cost; beyond that, a secret sample of its units is compared
     * @param where what the kernel ran on, for the message
     * @throws KernelRejectedException if a result is wrong, or there was not the time to tell
     */
    Comparison compare(InputKind kind, double maxOperations, String where, Deadline deadline)
            throws KernelRejectedException {
        boolean exactIntegers = kind == InputKind.SMALL_INTEGERS && workload.op().accuracy().exactOnIntegers()
                && safeguards.contains(Safeguard.EXACT_INTEGERS);
        OutputChecker checker = new OutputChecker(workload, axes, exactIntegers, pool);
        UnitSample sample = UnitSample.of(workload, axes, maxOperations, random.nextLong());
        List<Tensor> inputs = new ArrayList<>();
        for (int i = 0; i < workload.signature().inputs().size(); i++) {
            inputs.add(image.input(i));
        }
        Comparison comparison = checker.compare(inputs, latest.outputs(), sample, deadline)
                .orElseThrow(() -> new KernelRejectedException(ReasonCode.TIMEOUT, OUT_OF_TIME));
        if (comparison.wrong() > 0) {
            String what = "the results are wrong " + where + ": ";
            throw new KernelRejectedException(ReasonCode.WRONG_NUMERICS,
                    what + comparison.describe(workload.signature(), axes),
                    what + comparison.hint(workload.signature(), axes));
        }
        return comparison;
    }

    /** Returns what a reference costs: its operations or, for ops that mostly move data, the bytes. */
    static double referenceOperations(Workload workload, long[] axes) {
        return Math.max(workload.flops(axes), workload.bytes(axes));
    }

    @Override
    public void close() {
        memory.giveBack();
    }
}
