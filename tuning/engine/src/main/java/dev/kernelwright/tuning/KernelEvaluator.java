package dev.kernelwright.tuning;

import dev.kernelwright.op.BufferSpec;
import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.op.Workload;
import dev.kernelwright.spi.Backend;
import dev.kernelwright.spi.BlockPool;
import dev.kernelwright.spi.Evaluation;
import dev.kernelwright.spi.KernelBinary;
import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.KernelSource;
import dev.kernelwright.spi.ReasonCode;
import dev.kernelwright.spi.Timing;
import dev.kernelwright.tensor.Tensor;
import dev.kernelwright.tuning.trial.Deadline;
import dev.kernelwright.tuning.trial.TrialTimes;
import dev.kernelwright.tuning.trial.TrialWorker;
import dev.kernelwright.tuning.trial.WorkerLimits;
import dev.kernelwright.tuning.verify.KernelTimer;
import dev.kernelwright.tuning.verify.KernelTimer.Effort;
import dev.kernelwright.tuning.verify.KernelVerifier;
import dev.kernelwright.tuning.verify.ReferenceTimer;
import dev.kernelwright.tuning.verify.Samples;
import dev.kernelwright.tuning.verify.SpeedRule;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Gives the verdict on kernels for one workload: compiles, verifies in a trial worker, and times against the baseline.
 *
 * <p>One worker serves one kernel after the other, as long as none makes it suspect. Used by one thread; {@link #close}
 * may be called from any, and ends what is under way.
 */
public final class KernelEvaluator implements AutoCloseable {
    /** A baseline that is slower is not timed in turn with every candidate, but only with the winner. */
    private static final double SLOW_BASELINE_NANOS = 20e6;
    /** After these, the worker's memory may not be what it was. */
    private static final Set<ReasonCode> SUSPICIOUS =
            EnumSet.of(ReasonCode.OUT_OF_BOUNDS, ReasonCode.CRASHED, ReasonCode.TIMEOUT);
    /** A launch within this factor of the floor is compiled: the interpreter is slower by far. */
    private static final double COMPILED_FACTOR = 30;
    /** And so is one within this factor of the time that the same kernel took before. */
    private static final double AS_BEFORE_FACTOR = 1.2;

    private final Workload workload;
    private final KernelSignature signature;
    private final Backend backend;
    private final int threads;
    private final WorkerLimits limits;
    private final BlockPool pool;
    private final KernelVerifier verifier;
    private final KernelTimer timer;
    private final Object lock = new Object();
    private @Nullable TrialWorker worker;
    private boolean closed;
    private OptionalInt baseline = OptionalInt.empty();
    private @Nullable Samples baselineSamples;
    private double floorNanos = Double.NaN;

    /**
     * Creates an evaluator; no process is started before the first kernel.
     *
     * @param threads how many threads run blocks
     * @throws IllegalArgumentException if a buffer of the workload is empty or all are too large together
     */
    public KernelEvaluator(Workload workload, Backend backend, int threads) {
        this(workload, backend, threads, WorkerLimits.DEFAULT);
    }

    KernelEvaluator(Workload workload, Backend backend, int threads, WorkerLimits limits) {
        this.workload = workload;
        this.signature = workload.signature();
        this.backend = backend;
        this.threads = threads;
        this.limits = limits;
        if (isEmpty(workload)) {
            throw new IllegalArgumentException("the workload " + workload
                    + " has a tensor without elements, so no kernel can be measured on it: choose larger axes");
        }
        long bytes = signature.totalBytes(signature.maxAxes());
        if (bytes > KernelVerifier.MAX_BYTES) {
            throw new IllegalArgumentException("the workload " + workload + " has tensors of " + (bytes >> 20)
                    + " MiB, but kernels are tried on at most " + (KernelVerifier.MAX_BYTES >> 20)
                    + " MiB: choose smaller axes");
        }
        this.pool = new BlockPool(threads);
        this.verifier = new KernelVerifier(workload, pool);
        this.timer = new KernelTimer(workload, pool);
    }

    /** Returns whether a buffer has no elements at the largest axes. */
    static boolean isEmpty(Workload workload) {
        KernelSignature signature = workload.signature();
        for (BufferSpec buffer : signature.buffers()) {
            if (Tensor.byteSize(buffer.dtype(), signature.shape(buffer, signature.maxAxes())) == 0) {
                return true;
            }
        }
        return false;
    }

    /**
     * A kernel and the verdict on it.
     *
     * @param evaluation the verdict
     * @param binary what the source was compiled to; null if it was not
     */
    record Trial(Evaluation evaluation, @Nullable KernelBinary binary) {}

    /**
     * Evaluates a kernel.
     *
     * @param limit how long it may take at most; more than that is a {@link ReasonCode#TIMEOUT}
     * @return the verdict, {@link ReasonCode#ACCEPTED} if it is right and faster than the baseline
     * @throws IOException if there could be no verdict: no trial worker starts, the baseline fails, or this evaluator
     *         was closed
     */
    public Evaluation evaluate(KernelSource source, Duration limit) throws IOException {
        return evaluate(source, Effort.FINAL, Deadline.after(limit)).evaluation();
    }

    Trial evaluate(KernelSource source, Effort effort, Deadline deadline) throws IOException {
        KernelBinary binary;
        try {
            binary = backend.compile(source, signature);
        } catch (KernelRejectedException e) {
            return new Trial(rejected(e), null);
        } catch (RuntimeException e) {
            return new Trial(Evaluation.rejected(ReasonCode.COMPILE_ERROR, "the compiler failed: " + e), null);
        }
        return evaluate(binary, effort, deadline);
    }

    /** Evaluates a kernel that was compiled before. */
    Trial evaluate(KernelBinary binary, Effort effort, Deadline deadline) throws IOException {
        return new Trial(inWorker(binary, deadline, (current, kernel) -> {
            double worstRatio = verifier.verify(current, kernel, effort.equals(Effort.SEARCH), deadline);
            boolean inTurn = knownBaseline(current, deadline).timing().medianNanos() <= SLOW_BASELINE_NANOS;
            return timed(current, kernel, null, worstRatio, effort, inTurn, deadline);
        }), binary);
    }

    /**
     * Times a kernel that was accepted once more, in a fresh process and in turn with the baseline, however slow that
     * is: what one JVM makes of a kernel may be luck. What the search left out of its verification is made good first.
     */
    Evaluation confirm(KernelBinary binary, Evaluation before, Deadline deadline) throws IOException {
        discardWorker();
        return inWorker(binary, deadline, (current, kernel) -> {
            double worstRatio = before.worstErrorRatio();
            if (verifier.isSearchShortened()) {
                worstRatio = Math.max(worstRatio, verifier.verify(current, kernel, false, deadline));
            }
            return timed(current, kernel, before.kernel(), worstRatio, Effort.FINAL, true, deadline);
        });
    }

    /** Judges a kernel that is loaded. */
    @FunctionalInterface
    private interface Judge {
        Evaluation judge(TrialWorker current, int kernel) throws KernelRejectedException, IOException;
    }

    private Evaluation inWorker(KernelBinary binary, Deadline deadline, Judge judge) throws IOException {
        try {
            TrialWorker current = worker(deadline);
            int kernel = current.load(signature, binary, deadline);
            Evaluation evaluation = judge.judge(current, kernel);
            current.unload(kernel, deadline);
            return evaluation;
        } catch (KernelRejectedException e) {
            // A kernel that is merely wrong leaves the worker as it was, and stays loaded until that ends.
            if (SUSPICIOUS.contains(e.reason())) {
                discardWorker();
            }
            return e.reason() == ReasonCode.TIMEOUT && deadline.isPast()
                    ? Evaluation.rejected(ReasonCode.TIMEOUT, "the time that was allowed ended before the verdict")
                    : rejected(e);
        } catch (IOException | RuntimeException e) {
            discardWorker();
            throw e;
        }
    }

    private static Evaluation rejected(KernelRejectedException e) {
        return Evaluation.rejected(e.reason(), String.valueOf(e.getMessage()));
    }

    private Evaluation timed(TrialWorker current, int kernel, @Nullable Timing before, double worstRatio,
            Effort effort, boolean inTurn, Deadline deadline) throws KernelRejectedException, IOException {
        double floor = floorNanos();
        OptionalInt partner = inTurn ? baseline : OptionalInt.empty();
        TrialTimes times = timer.time(current, kernel, partner, compiledNanos(before),
                compiledNanos(baselineSamples == null ? null : baselineSamples.timing()), effort, deadline);
        Samples samples = new Samples(times.kernelNanos());
        Samples opponent = partner.isPresent()
                ? new Samples(times.baselineNanos())
                : knownBaseline(current, deadline);
        baselineSamples = opponent;
        Timing timing = samples.timing();
        ReasonCode reason = SpeedRule.isImpossible(timing, floor)
                ? ReasonCode.FASTER_THAN_PHYSICS
                : SpeedRule.isFaster(samples, opponent) ? ReasonCode.ACCEPTED : ReasonCode.NOT_FASTER;
        return new Evaluation(reason, Verdicts.describe(reason, timing, opponent.timing(), floor), worstRatio, timing,
                opponent.timing(), floor);
    }

    /** Returns the baseline's times as they were last measured; where the backend has none, the reference's. */
    private Samples knownBaseline(TrialWorker current, Deadline deadline) throws IOException {
        Samples known = baselineSamples;
        if (known == null) {
            known = baseline.isPresent()
                    ? new Samples(timer.timeBaseline(current, baseline.getAsInt(), compiledNanos(null), Effort.SEARCH,
                            deadline).kernelNanos())
                    : ReferenceTimer.time(workload, pool);
            baselineSamples = known;
        }
        return known;
    }

    private double floorNanos() {
        if (Double.isNaN(floorNanos)) {
            long[] axes = signature.maxAxes();
            floorNanos = backend.roofline().floorNanos(workload.flops(axes), workload.bytes(axes));
        }
        return floorNanos;
    }

    /** Returns the time up to which a launch is certainly compiled. */
    private double compiledNanos(@Nullable Timing before) {
        return Math.max(COMPILED_FACTOR * floorNanos(), before == null ? 0 : AS_BEFORE_FACTOR * before.medianNanos());
    }

    /** Returns a worker that can be used, and has the baseline loaded if the backend has one. */
    private TrialWorker worker(Deadline deadline) throws IOException {
        synchronized (lock) {
            if (closed) {
                throw new IOException("the evaluation of kernels for " + workload + " was closed");
            }
            if (worker != null && worker.isUsable()) {
                return worker;
            }
            TrialWorker started = TrialWorker.start(limits, backend, threads, KernelTimer.memoryBytes(workload));
            worker = started;
            baseline = started.loadBaseline(signature, deadline);
            return started;
        }
    }

    private void discardWorker() {
        synchronized (lock) {
            if (worker != null) {
                worker.close();
                worker = null;
            }
        }
    }

    /** Kills the worker; when this returns, no process is left. */
    @Override
    public void close() {
        synchronized (lock) {
            closed = true;
            discardWorker();
        }
        pool.close();
    }
}
