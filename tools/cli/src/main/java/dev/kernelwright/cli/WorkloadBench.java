package dev.kernelwright.cli;

import dev.kernelwright.BoundOp;
import dev.kernelwright.ComputeRuntime;
import dev.kernelwright.Device;
import dev.kernelwright.MissPolicy;
import dev.kernelwright.RuntimeEvent;
import dev.kernelwright.RuntimeStatistics;
import dev.kernelwright.cli.bench.InputSets;
import dev.kernelwright.cli.bench.InterleavedTiming;
import dev.kernelwright.op.Workload;
import dev.kernelwright.spi.KernelKey;
import dev.kernelwright.spi.KernelStore;
import dev.kernelwright.spi.StoredRecord;
import dev.kernelwright.spi.Timing;
import dev.kernelwright.spi.TuningRecord;
import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** Times workloads through runtimes as an application has them: with the store, without it, and without it on one thread. */
final class WorkloadBench implements AutoCloseable {
    private static final Duration LOAD_TIMEOUT = Duration.ofMinutes(1);

    private final KernelStore store;
    private final DeviceOptions device;
    private final int threads;
    private final Duration time;
    private final List<String> fallbacks = new CopyOnWriteArrayList<>();
    private final ComputeRuntime tunedRuntime;
    private final ComputeRuntime baselineRuntime;
    private @Nullable ComputeRuntime oneThreadRuntime;

    /** Opens the runtimes; the store stays the caller's. */
    WorkloadBench(KernelStore store, DeviceOptions device, Duration time) {
        this.store = store;
        this.device = device;
        this.threads = device.threads();
        this.time = time;
        this.tunedRuntime = runtime(store, threads);
        this.baselineRuntime = runtime(new NoStore(), threads);
    }

    /** What is timed. */
    private record Contender(String name, int threads, BoundOp op, InputSets inputs) {}

    /** Times a workload at the upper ends of its ranges. */
    BenchReport measure(Workload workload) throws InterruptedException {
        fallbacks.clear();
        try (Arena arena = Arena.ofShared();
                BoundOp tuned = bind(tunedRuntime, workload);
                BoundOp baseline = bind(baselineRuntime, workload)) {
            tunedRuntime.awaitIdle(LOAD_TIMEOUT);
            InputSets inputs = allocate(workload, tuned.device(), arena);
            List<Contender> contenders = new ArrayList<>();
            if (tuned.isTuned()) {
                contenders.add(new Contender(BenchReport.TUNED, threads, tuned, inputs));
            }
            // A device of its own memory was opened by each runtime, and knows its own tensors only.
            contenders.add(new Contender(BenchReport.BASELINE, threads, baseline, inputs.onHost()
                    ? inputs
                    : allocate(workload, baseline.device(), arena)));
            try (@Nullable BoundOp oneThread = threads > 1 && inputs.onHost() ? bind(oneThread(), workload) : null) {
                if (oneThread != null) {
                    contenders.add(new Contender(BenchReport.ONE_THREAD, 1, oneThread, inputs));
                }
                String note = tuned.isTuned() ? String.join("; ", fallbacks) : whyNotTuned(tuned);
                return measure(tuned.device(), workload, contenders, note);
            }
        }
    }

    /** Returns what the runtime with the store has counted. */
    RuntimeStatistics statistics() {
        return tunedRuntime.statistics();
    }

    private ComputeRuntime runtime(KernelStore records, int threadCount) {
        return device.build(ComputeRuntime.builder().store(records).missPolicy(MissPolicy.BASELINE_ONLY)
                .listener(event -> {
                    if (event instanceof RuntimeEvent.Fallback(String subject, String reason)) {
                        fallbacks.add(subject + ": " + reason);
                    }
                }), threadCount);
    }

    /** Returns the runtime of one thread, opened when it is first wanted: a device that is not the host has no use for it. */
    private ComputeRuntime oneThread() {
        ComputeRuntime opened = oneThreadRuntime;
        if (opened == null) {
            opened = runtime(new NoStore(), 1);
            oneThreadRuntime = opened;
        }
        return opened;
    }

    private static BoundOp bind(ComputeRuntime runtime, Workload workload) {
        try {
            return runtime.bind(workload);
        } catch (IllegalArgumentException e) {
            throw InputException.of(e);
        }
    }

    private BenchReport measure(Device on, Workload workload, List<Contender> contenders, String note) {
        long[] axes = workload.signature().maxAxes();
        double floorNanos = on.roofline().floorNanos(workload, axes);
        List<Timing> timings = new InterleavedTiming().measure(contenders.stream()
                .map(contender -> new InterleavedTiming.Contender(contender.op, contender.inputs)).toList(), time);
        List<BenchReport.Result> results = new ArrayList<>();
        for (int i = 0; i < timings.size(); i++) {
            Contender contender = contenders.get(i);
            results.add(new BenchReport.Result(contender.name(), contender.threads(), timings.get(i)));
        }
        return new BenchReport(workload, on, contenders.getFirst().inputs.count(), floorNanos, results, note);
    }

    private static InputSets allocate(Workload workload, Device device, Arena arena) {
        try {
            return new InputSets(workload, device, arena);
        } catch (OutOfMemoryError e) {
            throw new InputException(
                    "a bench of " + workload + " was asked for, but its buffers do not fit into memory:"
                            + " choose smaller axes",
                    e);
        }
    }

    private String whyNotTuned(BoundOp op) {
        KernelKey key = KernelKey.of(op.workload(), op.device().target());
        Optional<TuningRecord> record = store.find(key, op.device().target()).map(StoredRecord::record);
        if (!fallbacks.isEmpty()) {
            return String.join("; ", fallbacks);
        }
        if (record.isPresent()) {
            return record.get().kernel() == null
                    ? "the record " + key + " says that no kernel is known to beat the baseline"
                    : "the kernel of the record " + key + " was not live within " + LOAD_TIMEOUT.toSeconds()
                            + " s: try again when the machine is less busy";
        }
        return "there is no tuned kernel for it in " + store.location() + ": run kernelwright tune '"
                + op.workload().signature() + "'";
    }

    @Override
    public void close() {
        if (oneThreadRuntime != null) {
            oneThreadRuntime.close();
        }
        baselineRuntime.close();
        tunedRuntime.close();
    }
}
