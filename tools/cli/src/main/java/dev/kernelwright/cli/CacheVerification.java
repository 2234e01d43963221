package dev.kernelwright.cli;

import dev.kernelwright.BoundOp;
import dev.kernelwright.ComputeRuntime;
import dev.kernelwright.MissPolicy;
import dev.kernelwright.RuntimeEvent;
import dev.kernelwright.cache.DirectoryStore;
import dev.kernelwright.cli.StoredFiles.StoredFile;
import dev.kernelwright.op.Workload;
import dev.kernelwright.spi.Evaluation;
import dev.kernelwright.spi.KernelKey;
import dev.kernelwright.spi.ReasonCode;
import dev.kernelwright.spi.Rooflines;
import dev.kernelwright.spi.TuningRecord;
import dev.kernelwright.tuning.KernelEvaluator;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** Looks at every file of a cache: whether it is a record, loads here and, if that is asked for, computes its op. */
final class CacheVerification implements AutoCloseable {
    private static final Duration LOAD_TIMEOUT = Duration.ofMinutes(1);
    private static final Duration RUN_LIMIT = Duration.ofMinutes(2);

    private final DeviceOptions device;
    private final boolean run;
    private final List<String> fallbacks = new CopyOnWriteArrayList<>();
    private final ComputeRuntime runtime;

    /**
     * Begins a verification.
     *
     * @param run whether to compile kernels anew and check what they compute
     */
    CacheVerification(DirectoryStore store, DeviceOptions device, boolean run) {
        this.device = device;
        this.run = run;
        this.runtime = device.build(ComputeRuntime.builder().store(store).missPolicy(MissPolicy.BASELINE_ONLY)
                .listener(event -> {
                    if (event instanceof RuntimeEvent.Fallback(String _, String reason)) {
                        fallbacks.add(reason);
                    }
                }));
    }

    /**
     * What was found of one file.
     *
     * @param workload empty if it is not known
     * @param detail what was done and found, or what is wrong
     */
    record Checked(Path file, String workload, boolean sound, String detail) {}

    private record Found(String workload, boolean sound, String detail) {}

    /** Returns what was found of every file under a cache's root. */
    List<Checked> verify(Path root) throws InterruptedException {
        List<StoredFile> files;
        try {
            files = StoredFiles.readAll(root);
        } catch (IOException e) {
            throw new InputException("the records in " + root + " could not be listed: " + e, e);
        }
        List<Checked> all = new ArrayList<>();
        for (StoredFile file : files) {
            TuningRecord record = file.record();
            Found found = record == null || !file.sound() ? new Found("", file.sound(), file.note()) : verify(record);
            all.add(new Checked(file.path(), found.workload(), found.sound(), found.detail()));
        }
        return all;
    }

    private Found verify(TuningRecord record) throws InterruptedException {
        if (record.kernel() == null) {
            return sound(record, "read; it has no kernel, as the baseline is the best known");
        }
        if (record.isExpired(Instant.now())) {
            return sound(record, "read; not loaded, as it expired at " + record.expires());
        }
        Optional<Workload> workload = RecordKeys.workload(record.key());
        if (workload.isEmpty()) {
            return sound(record, "read; not loaded, as its op is an application's own");
        }
        if (!KernelKey.of(workload.get(), runtime.devices().getFirst().target()).equals(record.key())) {
            return sound(record, "read; not loaded, as it was made for another target");
        }
        if (!runtime.devices().getFirst().target().movedFrom(record.target()).isEmpty()) {
            return sound(record, "read; not loaded, as it was made with another driver or compiler");
        }
        Found loaded = load(record, workload.get());
        return run && loaded.sound() ? run(record, record.kernel(), workload.get(), loaded) : loaded;
    }

    private Found load(TuningRecord record, Workload workload) throws InterruptedException {
        fallbacks.clear();
        try (BoundOp op = runtime.bind(workload)) {
            runtime.awaitIdle(LOAD_TIMEOUT);
            String remarks = String.join("; ", fallbacks);
            return !op.isTuned()
                    ? unsound(record, remarks)
                    : sound(record, "read, screened, loaded" + (remarks.isEmpty() ? "" : "; " + remarks));
        }
    }

    private Found run(TuningRecord record, TuningRecord.Kernel kernel, Workload workload, Found loaded) {
        try (OpenBackend open = device.openBackend();
                KernelEvaluator evaluator = new KernelEvaluator(workload, open.backend(), device.threads(),
                        new Rooflines(Optional.empty()))) {
            Evaluation evaluation = evaluator.evaluate(kernel.source(), RUN_LIMIT);
            return evaluation.accepted() || evaluation.reason() == ReasonCode.NOT_FASTER
                    ? sound(record, loaded.detail() + "; compiled anew, it is " + evaluation.message())
                    : unsound(record, evaluation.reason() + ": " + evaluation.message());
        } catch (IOException e) {
            return sound(record, loaded.detail() + "; there could be no verdict: " + e.getMessage());
        }
    }

    private static Found sound(TuningRecord record, String detail) {
        return new Found(RecordKeys.workloadText(record.key()), true, detail);
    }

    private static Found unsound(TuningRecord record, String detail) {
        return new Found(RecordKeys.workloadText(record.key()), false, detail);
    }

    @Override
    public void close() {
        runtime.close();
    }
}
