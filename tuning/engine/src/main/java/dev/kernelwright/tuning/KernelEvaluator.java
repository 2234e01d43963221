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
import dev.kernelwright.spi.Rooflines;
import dev.kernelwright.spi.Timing;
import dev.kernelwright.spi.Verification;
import dev.kernelwright.tensor.Tensor;
import dev.kernelwright.tuning.trial.Deadline;
import dev.kernelwright.tuning.trial.TrialTimes;
import dev.kernelwright.tuning.trial.TrialWorker;
import dev.kernelwright.tuning.trial.TrialWorkers;
import dev.kernelwright.tuning.trial.WorkerLimits;
import dev.kernelwright.tuning.verify.HostMemory;
import dev.kernelwright.tuning.verify.KernelTimer;
import dev.kernelwright.tuning.verify.KernelTimer.Effort;
import dev.kernelwright.tuning.verify.KernelVerifier;
import dev.kernelwright.tuning.verify.KernelVerifier.Findings;
import dev.kernelwright.tuning.verify.KernelVerifier.Reload;
import dev.kernelwright.tuning.verify.MutationCheck;
import dev.kernelwright.tuning.verify.ReferenceTimer;
import dev.kernelwright.tuning.verify.Safeguard;
import dev.kernelwright.tuning.verify.SpeedRule;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
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

    /** A kernel that much faster than what is known is timed again in a fresh process. */
    private static final double SURPRISING_FACTOR = 10;

    private final Workload workload;
    private final Set<Safeguard> safeguards;
    private final KernelSignature signature;
    private final Backend backend;
    private final Rooflines rooflines;
    private final int threads;
    private final WorkerLimits limits;
    private final BlockPool pool;
    private final HostMemory memory = new HostMemory();
    private final KernelVerifier verifier;
    private final KernelTimer timer;
    private final WorkerBaseline baseline;
    private final Object lock = new Object();
    private @Nullable TrialWorker worker;
    private boolean closed;
    private @Nullable Timing baselineTiming;
    private double bestNanos = Double.POSITIVE_INFINITY;
    private double floorNanos = Double.NaN;
    private boolean roofMeasuredAgain;
    private Map<String, String> conditions = Map.of();
    private String report = "";

    /**
     * Creates an evaluator; no process is started before the first kernel.
     *
     * @param threads how many threads run blocks
     * @param rooflines tells below which time no kernel can be
     * @throws IllegalArgumentException if a buffer of the workload is empty or all are too large together
     */
    public KernelEvaluator(Workload workload, Backend backend, int threads, Rooflines rooflines) {
        this(workload, backend, threads, rooflines, WorkerLimits.DEFAULT, Safeguard.all());
    }

    KernelEvaluator(Workload workload, Backend backend, int threads, Rooflines rooflines, WorkerLimits limits,
            Set<Safeguard> safeguards) {
        this.rooflines = rooflines;
        this.safeguards = Set.copyOf(safeguards);
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
        try {
            new MutationCheck(workload, pool).requireAllRejected();
        } catch (IllegalArgumentException e) {
            pool.close();
            throw e;
        }
        this.verifier = new KernelVerifier(workload, pool, memory, safeguards);
        this.timer = new KernelTimer(workload, pool, memory, safeguards, backend::conditions);
        this.baseline = new WorkerBaseline(backend, signature, verifier);
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

    /** Returns what the device said of the kernel that was evaluated last; empty if nothing, or it was not loaded. */
    public String report() {
        return report;
    }

    Trial evaluate(KernelSource source, Effort effort, Deadline deadline) throws IOException {
        report = "";
        KernelBinary binary;
        try {
            binary = backend.compile(source, signature);
        } catch (KernelRejectedException e) {
            return new Trial(Evaluation.rejected(e), null);
        } catch (RuntimeException e) {
            return new Trial(Evaluation.rejected(ReasonCode.COMPILE_ERROR, "the compiler failed: " + e), null);
        }
        return evaluate(binary, effort, deadline);
    }

    /** Evaluates a kernel that was compiled before. */
    Trial evaluate(KernelBinary binary, Effort effort, Deadline deadline) throws IOException {
        report = "";
        Evaluation evaluation = inWorker(binary, true, deadline, (current, kernel, reload) -> {
            Findings findings = verifier.verify(current, kernel, reload, baseline.errorRms(),
                    !effort.equals(Effort.FINAL), deadline);
            return timed(current, kernel, reload, partner(current, effort, deadline), null, findings, effort, deadline);
        });
        return new Trial(
                isSurprising(evaluation) ? slower(evaluation, again(binary, evaluation, deadline)) : evaluation,
                binary);
    }

    /** Returns whether a kernel is so much faster than anything known that it is worth a second look. */
    private boolean isSurprising(Evaluation evaluation) {
        Timing kernel = evaluation.kernel();
        if (!evaluation.accepted() || kernel == null || evaluation.baseline() == null) {
            return false;
        }
        double knownNanos = Math.min(bestNanos, evaluation.baseline().medianNanos());
        bestNanos = Math.min(bestNanos, kernel.medianNanos());
        return kernel.medianNanos() * SURPRISING_FACTOR < knownNanos;
    }

    /** Times a kernel that was verified again, in a fresh process and alone: what it is compared with is its own time. */
    private Evaluation again(KernelBinary binary, Evaluation before, Deadline deadline) throws IOException {
        discardWorker();
        return inWorker(binary, false, deadline, (current, kernel, reload) -> timed(current, kernel, reload,
                OptionalInt.empty(), before.kernel(), null, Effort.SEARCH, deadline));
    }

    private static Evaluation slower(Evaluation first, Evaluation second) {
        Timing before = first.kernel();
        Timing after = second.kernel();
        if (second.accepted() && before != null && after != null && before.medianNanos() > after.medianNanos()) {
            return first;
        }
        return new Evaluation(second.reason(), second.message(), second.hint(), first.worstErrorRatio(), after,
                second.baseline(),
                second.floorNanos(), first.verification());
    }

    /**
     * Verifies a kernel that was accepted in full and times it once more, in a fresh process and in turn with the
     * baseline, however slow that is: what one JVM makes of a kernel may be luck.
     */
    Evaluation confirm(KernelBinary binary, Evaluation before, Deadline deadline) throws IOException {
        discardWorker();
        return inWorker(binary, true, deadline, (current, kernel, reload) -> {
            Findings findings = verifier.verify(current, kernel, reload, baseline.errorRms(), false, deadline);
            return timed(current, kernel, reload, partner(current, Effort.FINAL, deadline), before.kernel(), findings,
                    Effort.FINAL, deadline);
        });
    }

    /** Judges a kernel that is loaded. */
    @FunctionalInterface
    private interface Judge {
        Evaluation judge(TrialWorker current, int kernel, Reload reload) throws KernelRejectedException, IOException;
    }

    /** Loads a kernel in a worker, after the baseline if it is to be there, and judges it. */
    private Evaluation inWorker(KernelBinary binary, boolean withBaseline, Deadline deadline, Judge judge)
            throws IOException {
        try {
            TrialWorker current = worker(deadline);
            if (withBaseline) {
                baseline.in(current, deadline);
            }
            int kernel = current.load(signature, binary, deadline);
            report = current.report(kernel, deadline);
            Evaluation evaluation = judge.judge(current, kernel,
                    () -> current.load(signature, binary, deadline));
            current.unload(kernel, deadline);
            return evaluation;
        } catch (KernelRejectedException e) {
            // A kernel that is merely wrong leaves the worker as it was, and stays loaded until that ends.
            if (SUSPICIOUS.contains(e.reason())) {
                discardWorker();
            }
            return e.reason() == ReasonCode.TIMEOUT && deadline.isPast() ? outOfTime() : Evaluation.rejected(e);
        } catch (IOException e) {
            discardWorker();
            if (isClosed() || !deadline.isPast()) {
                throw e;
            }
            // Whatever was under way, a worker's start or the baseline, was ended for the time's sake.
            return outOfTime();
        } catch (RuntimeException e) {
            discardWorker();
            throw e;
        }
    }

    private boolean isClosed() {
        synchronized (lock) {
            return closed;
        }
    }

    private static Evaluation outOfTime() {
        return Evaluation.rejected(ReasonCode.TIMEOUT, "the time that was allowed ended before the verdict");
    }

    /** Returns the baseline if a kernel is to be timed in turn with it. */
    private OptionalInt partner(TrialWorker current, Effort effort, Deadline deadline) throws IOException {
        boolean inTurn = effort.inTurn() || knownBaseline(current, deadline).medianNanos() <= SLOW_BASELINE_NANOS;
        return inTurn ? baseline.in(current, deadline) : OptionalInt.empty();
    }

    private Evaluation timed(TrialWorker current, int kernel, Reload reload, OptionalInt partner,
            @Nullable Timing before, @Nullable Findings findings, Effort effort, Deadline deadline)
            throws KernelRejectedException, IOException {
        double floor = floorNanos();
        KernelTimer.Measurement measurement = timer.time(current, kernel, reload, partner, compiledNanos(before),
                compiledNanos(baselineTiming), effort, deadline);
        TrialTimes times = measurement.times();
        conditions = measurement.conditions();
        Timing timing = Timing.of(times.kernelNanos());
        Timing opponent = partner.isPresent()
                ? Timing.of(times.baselineNanos())
                : knownBaseline(current, deadline);
        baselineTiming = opponent;
        if (SpeedRule.isImpossible(timing, floor) && !roofMeasuredAgain) {
            // It may have been measured when the machine was busy.
            rooflines.measureAgain(backend);
            roofMeasuredAgain = true;
            floorNanos = Double.NaN;
            floor = floorNanos();
        }
        boolean impossible = SpeedRule.isImpossible(timing, floor) && safeguards.contains(Safeguard.FLOOR);
        ReasonCode reason = impossible
                ? ReasonCode.FASTER_THAN_PHYSICS
                : SpeedRule.isFaster(timing, opponent) ? ReasonCode.ACCEPTED : ReasonCode.NOT_FASTER;
        return new Evaluation(reason, Verdicts.describe(reason, timing, opponent, floor),
                findings == null ? Double.NaN : findings.worstRatio(), timing, opponent, floor,
                findings == null ? null : verification(findings, current));
    }

    private Verification verification(Findings findings, TrialWorker current) {
        return new Verification(workload.op().accuracy().derivation(signature, signature.maxAxes()), findings.stages(),
                findings.compared(), findings.errorRms(), baseline.errorRms(), findings.spread(),
                current.isolation().toString());
    }

    /** Adds to a record's provenance in which state the device was when a kernel had last been timed. */
    void describeConditions(Map<String, String> provenance) {
        conditions.forEach((name, value) -> provenance.put("condition." + name, value));
    }

    /** Returns the median of a launch of the baseline, which needs a worker; NaN if it could not be measured. */
    double baselineNanos(Deadline deadline) {
        try {
            return knownBaseline(worker(deadline), deadline).medianNanos();
        } catch (IOException e) {
            // The next candidate meets the same, and it is told then.
            discardWorker();
            return Double.NaN;
        }
    }

    /**
     * Returns what the baseline was compiled to, once for all workers and for the record; empty if they need no compiler.
     *
     * @throws IOException if it cannot be compiled
     */
    Optional<KernelBinary> baselineBinary() throws IOException {
        return Optional.ofNullable(baseline.compiled());
    }

    /** Returns the baseline's times as they were last measured; where the backend has none, the reference's. */
    private Timing knownBaseline(TrialWorker current, Deadline deadline) throws IOException {
        Timing known = baselineTiming;
        if (known == null) {
            OptionalInt present = baseline.in(current, deadline);
            known = present.isPresent()
                    ? Timing.of(timer.timeBaseline(current, present.getAsInt(), compiledNanos(null), Effort.SEARCH,
                            deadline).kernelNanos())
                    : ReferenceTimer.time(workload, pool);
            baselineTiming = known;
        }
        return known;
    }

    private double floorNanos() {
        if (Double.isNaN(floorNanos)) {
            floorNanos = rooflines.of(backend).floorNanos(workload, signature.maxAxes());
        }
        return floorNanos;
    }

    /** Returns the time up to which a launch is certainly compiled. */
    private double compiledNanos(@Nullable Timing before) {
        return Math.max(COMPILED_FACTOR * floorNanos(), before == null ? 0 : AS_BEFORE_FACTOR * before.medianNanos());
    }

    /** Returns a worker that can be used. */
    private TrialWorker worker(Deadline deadline) throws IOException {
        synchronized (lock) {
            if (closed) {
                throw new IOException("the evaluation of kernels for " + workload + " was closed");
            }
            if (worker != null && worker.isUsable()) {
                return worker;
            }
            TrialWorker started = TrialWorkers.start(limits, backend, threads, KernelTimer.memoryBytes(workload),
                    deadline);
            worker = started;
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
        memory.close();
        pool.close();
    }
}
