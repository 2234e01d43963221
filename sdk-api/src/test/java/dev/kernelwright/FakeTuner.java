package dev.kernelwright;

import dev.kernelwright.op.Expression;
import dev.kernelwright.spi.Evaluation;
import dev.kernelwright.spi.KernelBinary;
import dev.kernelwright.spi.KernelSource;
import dev.kernelwright.spi.LaunchPlan;
import dev.kernelwright.spi.ReasonCode;
import dev.kernelwright.spi.Timing;
import dev.kernelwright.spi.Tuner;
import dev.kernelwright.spi.TuningListener;
import dev.kernelwright.spi.TuningRecord;
import dev.kernelwright.spi.TuningRequest;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A tuner that ends when the test says so. */
final class FakeTuner implements Tuner {
    final List<TuningRequest> requests = new ArrayList<>();
    final List<CompletableFuture<TuningRecord>> results = new ArrayList<>();

    @Override
    public synchronized CompletableFuture<TuningRecord> submit(TuningRequest request, TuningListener listener) {
        requests.add(request);
        CompletableFuture<TuningRecord> result = new CompletableFuture<>();
        results.add(result);
        listener.candidate(1, 0.5, source("rejected"), Evaluation.rejected(ReasonCode.WRONG_NUMERICS, "wrong"));
        return result;
    }

    static KernelSource source(String behaviour) {
        LaunchPlan.Step step = new LaunchPlan.Step("run", List.of(Expression.constant(1)), List.of(),
                Expression.constant(0));
        return new KernelSource("fake", behaviour, new LaunchPlan(List.of(step), Expression.constant(0)), Map.of());
    }

    /** A record for a request whose kernel behaves as named; without a kernel if the name is null. */
    static TuningRecord record(TuningRequest request, @Nullable String behaviour, @Nullable Instant expires) {
        TuningRecord.Kernel kernel = behaviour == null
                ? null
                : new TuningRecord.Kernel(source(behaviour),
                        new KernelBinary("fake", behaviour.getBytes(StandardCharsets.UTF_8), source(behaviour).plan(),
                                ""));
        Timing timing = Timing.of(new double[]{1000});
        return new TuningRecord(request.key(), request.backend().target(), kernel,
                new Evaluation(kernel == null ? ReasonCode.NOT_FASTER : ReasonCode.ACCEPTED, "said so", 0, timing,
                        timing,
                        1, null),
                Map.of(), Instant.EPOCH, expires);
    }

    @Override
    public void close() {
        results.forEach(result -> result.completeExceptionally(new IllegalStateException("closed")));
    }
}
