package dev.kernelwright.cli;

import dev.kernelwright.BoundOp;
import dev.kernelwright.ComputeRuntime;
import dev.kernelwright.Device;
import dev.kernelwright.MissPolicy;
import dev.kernelwright.RuntimeEvent;
import dev.kernelwright.cache.DirectoryStore;
import dev.kernelwright.cli.bench.InputSets;
import dev.kernelwright.cli.bench.InterleavedTiming;
import dev.kernelwright.cli.output.Console;
import dev.kernelwright.op.Workload;
import dev.kernelwright.spi.KernelKey;
import dev.kernelwright.spi.KernelStore;
import dev.kernelwright.spi.Timing;
import dev.kernelwright.spi.TuningRecord;
import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Times the tuned kernel, the baseline on all threads and on one, in turn, against the roofline floor. */
@Command(name = "bench", description = "Time the tuned kernel and the baseline, in turn, against the roofline floor.",
        footer = {"",
                "A workload with ranges is timed at their upper ends. The baseline on one thread is a plain loop.",
                "Exit codes: 0 timed, 2 bad usage or input."})
final class BenchCommand implements Callable<Integer> {
    private static final Duration LOAD_TIMEOUT = Duration.ofMinutes(1);

    private final Console console;

    @Mixin
    private final WorkloadParameter workloadParameter = new WorkloadParameter();
    @Mixin
    private final DeviceOptions device = new DeviceOptions();
    @Mixin
    private final CacheOptions cache = new CacheOptions();
    @Mixin
    private final OutputOptions output = new OutputOptions();

    @Option(names = "--seconds", paramLabel = "N", defaultValue = "2",
            description = "How long to time, after a warm-up. Default: ${DEFAULT-VALUE}.")
    private double seconds;

    BenchCommand(Console console) {
        this.console = console;
    }

    /** What is timed. */
    private record Contender(String name, int threads, BoundOp op) {}

    @Override
    public Integer call() throws InterruptedException {
        Workload workload = workloadParameter.workload();
        if (!(seconds > 0 && seconds <= 3600)) {
            throw new InputException("--seconds " + seconds + " was given: choose a time above 0 and up to 3600");
        }
        Optional<DirectoryStore> opened = cache.openIfThere();
        List<String> fallbacks = new CopyOnWriteArrayList<>();
        try (KernelStore store = opened.isPresent() ? opened.get() : new NoStore();
                ComputeRuntime tunedRuntime = runtime(store, device.threads(), fallbacks);
                ComputeRuntime baselineRuntime = runtime(new NoStore(), device.threads(), fallbacks);
                ComputeRuntime oneThreadRuntime = runtime(new NoStore(), 1, fallbacks);
                Arena arena = Arena.ofShared()) {
            BoundOp tuned = bind(tunedRuntime, workload);
            tunedRuntime.awaitIdle(LOAD_TIMEOUT);
            List<Contender> contenders = new ArrayList<>();
            if (tuned.isTuned()) {
                contenders.add(new Contender(BenchReport.TUNED, device.threads(), tuned));
            }
            contenders.add(new Contender(BenchReport.BASELINE, device.threads(), bind(baselineRuntime, workload)));
            if (device.threads() > 1) {
                contenders.add(new Contender(BenchReport.ONE_THREAD, 1, bind(oneThreadRuntime, workload)));
            }
            String note = tuned.isTuned() ? String.join("; ", fallbacks) : whyNotTuned(store, tuned, fallbacks);
            BenchReport report = measure(tuned.device(), workload, contenders, note, arena);
            if (output.json()) {
                console.json(report.toJson());
            } else {
                console.lines(report.lines());
            }
        }
        return ExitCode.SUCCESS;
    }

    private ComputeRuntime runtime(KernelStore store, int threads, List<String> fallbacks) {
        return device.build(ComputeRuntime.builder().store(store).missPolicy(MissPolicy.BASELINE_ONLY)
                .listener(event -> {
                    if (event instanceof RuntimeEvent.Fallback(String subject, String reason)) {
                        fallbacks.add(subject + ": " + reason);
                    }
                }), threads);
    }

    private static BoundOp bind(ComputeRuntime runtime, Workload workload) {
        try {
            return runtime.bind(workload);
        } catch (IllegalArgumentException e) {
            throw InputException.of(e);
        }
    }

    private BenchReport measure(Device on, Workload workload, List<Contender> contenders, String note, Arena arena) {
        long[] axes = workload.signature().maxAxes();
        double floorNanos = on.roofline().floorNanos(workload.flops(axes), workload.bytes(axes));
        InputSets inputs = allocate(workload, on, arena);
        List<Timing> timings = new InterleavedTiming(inputs).measure(contenders.stream().map(Contender::op).toList(),
                Duration.ofNanos((long) (seconds * 1e9)));
        List<BenchReport.Result> results = new ArrayList<>();
        for (int i = 0; i < timings.size(); i++) {
            Contender contender = contenders.get(i);
            results.add(new BenchReport.Result(contender.name(), contender.threads(), timings.get(i)));
        }
        return new BenchReport(workload, on, inputs.count(), floorNanos, results, note);
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

    private static String whyNotTuned(KernelStore store, BoundOp op, List<String> fallbacks) {
        KernelKey key = KernelKey.of(op.workload(), op.device().target());
        Optional<TuningRecord> record = store.find(key);
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
}
