package dev.kernelwright.cli;

import dev.kernelwright.cache.DirectoryStore;
import dev.kernelwright.op.Expression;
import dev.kernelwright.op.Workload;
import dev.kernelwright.spi.Evaluation;
import dev.kernelwright.spi.KernelBinary;
import dev.kernelwright.spi.KernelKey;
import dev.kernelwright.spi.KernelSource;
import dev.kernelwright.spi.LaunchPlan;
import dev.kernelwright.spi.ReasonCode;
import dev.kernelwright.spi.Target;
import dev.kernelwright.spi.Timing;
import dev.kernelwright.spi.TuningRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Records that nobody had to tune for, put into caches that tests have a look at. */
final class Records {
    static final Instant CREATED = Instant.parse("2026-01-31T12:00:00Z");
    static final String SOURCE = "// a kernel\nfinal class Kernel {}\n";

    private Records() {}

    /** Returns the target of the cpu of this machine, on all of its threads. */
    static Target thisMachine() {
        try (OpenBackend open = OpenBackend.open("cpu", Runtime.getRuntime().availableProcessors())) {
            return open.backend().target();
        }
    }

    /** Returns the target of this machine but for one field. */
    static Target otherMachine(String field, String value) {
        return new Target(thisMachine().fields().stream()
                .map(each -> each.name().equals(field) ? new Target.Field(field, value, each.match()) : each).toList());
    }

    /** Returns a record whose kernel is four times as fast as the baseline, and no kernel at all if it is loaded. */
    static TuningRecord tuned(String workloadText, Target target) {
        LaunchPlan plan = new LaunchPlan(List.of(new LaunchPlan.Step("run", List.of(Expression.constant(1)), List.of(),
                Expression.constant(0))), Expression.constant(0));
        TuningRecord.Kernel kernel = new TuningRecord.Kernel(
                new KernelSource("java-vector", SOURCE, plan, Map.of("UNROLL", 4L)),
                new KernelBinary("class", new byte[]{1, 2, 3}, plan, ""));
        Evaluation evaluation = new Evaluation(ReasonCode.ACCEPTED, "right and 4.00 times as fast", 0.25,
                Timing.of(new double[]{1000}), Timing.of(new double[]{4000}), 500, null);
        return record(workloadText, target, kernel, evaluation, null);
    }

    /** Returns a record that says that nothing beats the baseline. */
    static TuningRecord baselineKept(String workloadText, Target target, @Nullable Instant expires) {
        return record(workloadText, target, null, Evaluation.rejected(ReasonCode.NOT_FASTER, "right, but not faster"),
                expires);
    }

    private static TuningRecord record(String workloadText, Target target, TuningRecord.@Nullable Kernel kernel,
            Evaluation evaluation, @Nullable Instant expires) {
        Workload workload = WorkloadParameter.parse(workloadText, "f32");
        return new TuningRecord(KernelKey.of(workload, target), target, kernel, evaluation,
                Map.of("generator", "test"), CREATED, expires);
    }

    /** Puts records into a cache. */
    static void put(Path cache, TuningRecord... records) throws IOException {
        try (DirectoryStore store = DirectoryStore.open(cache)) {
            for (TuningRecord record : records) {
                store.put(record);
            }
        }
    }
}
