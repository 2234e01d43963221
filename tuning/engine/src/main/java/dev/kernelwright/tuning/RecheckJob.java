package dev.kernelwright.tuning;

import dev.kernelwright.spi.Evaluation;
import dev.kernelwright.spi.KernelBinary;
import dev.kernelwright.spi.LibraryVersion;
import dev.kernelwright.spi.ReasonCode;
import dev.kernelwright.spi.TuningRecord;
import dev.kernelwright.spi.TuningRequest;
import dev.kernelwright.tuning.trial.Deadline;
import dev.kernelwright.tuning.trial.WorkerLimits;
import dev.kernelwright.tuning.verify.KernelTimer.Effort;
import dev.kernelwright.tuning.verify.Safeguard;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The recheck of one record that was verified elsewhere or with another driver: what a search does with a candidate,
 * once. Where the target's driver or compiler has moved, the binary is compiled anew from the record's source.
 */
final class RecheckJob implements Runnable {
    /**
     * What a recheck may take at least, however little a search may: the kernel was right where it was made, and with large
     * tensors it takes long to see that it is here.
     */
    private static final Duration MIN_TIME = Duration.ofMinutes(2);

    private final TuningRequest request;
    private final TuningRecord record;
    private final WorkerLimits limits;
    private final Clock clock;
    private final CompletableFuture<TuningRecord> future = new CompletableFuture<>();
    private volatile @Nullable KernelEvaluator evaluator;

    /** Creates a job for a record with a kernel. */
    RecheckJob(TuningRequest request, TuningRecord record, WorkerLimits limits, Clock clock) {
        this.request = request;
        this.record = record;
        this.limits = limits;
        this.clock = clock;
    }

    /** Returns the result. */
    CompletableFuture<TuningRecord> result() {
        return future.copy();
    }

    /** Completes the result exceptionally and kills the worker. */
    void cancel() {
        future.completeExceptionally(new CancellationException("the tuner was closed"));
        KernelEvaluator current = evaluator;
        if (current != null) {
            current.close();
        }
    }

    /** Does the work; whatever happens, the result is complete afterwards. */
    @Override
    public void run() {
        try (KernelEvaluator opened = new KernelEvaluator(request.workload(), request.backend(), request.threads(),
                request.rooflines(), limits, Safeguard.all())) {
            evaluator = opened;
            if (!future.isDone()) {
                future.complete(recheck(opened));
            }
        } catch (IOException | RuntimeException | Error e) {
            future.completeExceptionally(e);
        }
    }

    private TuningRecord recheck(KernelEvaluator open) throws IOException {
        TuningRecord.Kernel kernel =
                Objects.requireNonNull(record.kernel(), "only a record with a kernel is rechecked");
        Duration budget = request.budget().time();
        Deadline deadline = Deadline.after(budget.compareTo(MIN_TIME) > 0 ? budget : MIN_TIME);
        boolean moved = !request.backend().target().movedFrom(record.target()).isEmpty();
        KernelEvaluator.Trial trial = moved
                ? open.evaluate(kernel.source(), Effort.RECHECK, deadline)
                : open.evaluate(kernel.binary(), Effort.RECHECK, deadline);
        if (!moved && trial.evaluation().reason() == ReasonCode.INVALID_PLAN) {
            // The backend refuses the binary, which was good where it was made: the compiler here is another one.
            trial = open.evaluate(kernel.source(), Effort.RECHECK, deadline);
        }
        KernelBinary binary = trial.binary() == null ? kernel.binary() : trial.binary();
        Evaluation evaluation = trial.evaluation();
        Map<String, String> provenance = new LinkedHashMap<>(record.provenance());
        open.describeConditions(provenance);
        provenance.put("rechecked.library", LibraryVersion.current());
        provenance.put(TuningRecord.RECHECKED_FROM, record.created().toString());
        return new TuningRecord(record.key(), request.backend().target(),
                new TuningRecord.Kernel(kernel.source(), binary), evaluation, provenance, clock.instant(),
                record.expires(), record.baseline());
    }
}
