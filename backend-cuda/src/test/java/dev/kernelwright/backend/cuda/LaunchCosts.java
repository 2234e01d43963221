package dev.kernelwright.backend.cuda;

import com.sun.management.ThreadMXBean;
import dev.kernelwright.BoundOp;
import dev.kernelwright.ComputeRuntime;
import dev.kernelwright.Device;
import dev.kernelwright.MissPolicy;
import dev.kernelwright.dispatch.VolatileStore;
import dev.kernelwright.op.standard.StandardOps;
import dev.kernelwright.spi.DeviceGraph;
import dev.kernelwright.spi.DeviceStream;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a call of a bound op costs, and a replayed graph of calls, beside the same in C++ and in PyTorch, measured in turn on
 * one machine: a program that is given the C++ program and, optionally, the command of the one in Python.
 *
 * <p>A call's cost is the time until it is queued: batches of {@value #CALLS}, fewer than a stream holds, so that none
 * waits for the GPU. A replay's is the time until it has ended. Figures are medians over batches, and of those the median
 * over rounds.
 */
public final class LaunchCosts {
    private static final int ELEMENTS = 1024;
    private static final int WARM_UP = 200;
    private static final int BATCHES = 400;
    private static final int CALLS = 500;
    private static final int OPS = 200;
    private static final int REPLAYS = 20;
    private static final int ROUNDS = 3;
    private static final double MOST_OF_A_CALL = 1.15;
    private static final double MOST_OF_A_REPLAY = 1.05;

    private LaunchCosts() {}

    /** The nanoseconds of a call and of a replay. */
    private record Costs(double call, double replay) {
        static Costs median(List<Costs> rounds) {
            return new Costs(LaunchCosts.median(rounds.stream().mapToDouble(Costs::call).toArray()),
                    LaunchCosts.median(rounds.stream().mapToDouble(Costs::replay).toArray()));
        }
    }

    /** Measures, prints a table, and exits with 1 if a ratio is more than is wanted. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        if (arguments.length == 0) {
            throw new IllegalArgumentException(
                    "give the C++ program, and the command of the one in Python if there is");
        }
        Map<String, List<Costs>> all = new LinkedHashMap<>();
        for (int round = 0; round < ROUNDS; round++) {
            add(all, "BoundOp", measure());
            add(all, "C++", run(List.of(arguments[0])));
            if (arguments.length > 1) {
                add(all, "PyTorch", run(Arrays.asList(arguments).subList(1, arguments.length)));
            }
        }
        System.out.printf("%-8s %12s %24s  (medians of %d rounds)%n", "", "a call, ns", "a graph of " + OPS + ", ns",
                ROUNDS);
        all.forEach((name, rounds) -> {
            Costs costs = Costs.median(rounds);
            System.out.printf(Locale.ROOT, "%-8s %12.0f %24.0f  %s%n", name, costs.call, costs.replay, rounds);
        });
        Costs own = Costs.median(all.get("BoundOp"));
        Costs plain = Costs.median(all.get("C++"));
        double call = own.call / plain.call;
        double replay = own.replay / plain.replay;
        System.out.printf(Locale.ROOT, "of C++'s: a call %.3f (at most %.2f), a replay %.3f (at most %.2f)%n", call,
                MOST_OF_A_CALL, replay, MOST_OF_A_REPLAY);
        System.exit(call <= MOST_OF_A_CALL && replay <= MOST_OF_A_REPLAY ? 0 : 1);
    }

    private static void add(Map<String, List<Costs>> all, String name, Costs costs) {
        all.computeIfAbsent(name, ignored -> new ArrayList<>()).add(costs);
    }

    private static Costs run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (process.waitFor() != 0) {
            throw new IOException(command + " ended with " + process.exitValue() + ": see its messages above");
        }
        String[] figures = said.split(" ", 2);
        return new Costs(Double.parseDouble(figures[0]), Double.parseDouble(figures[1]));
    }

    private static Costs measure() {
        try (ComputeRuntime runtime = ComputeRuntime.builder().devices("cuda").missPolicy(MissPolicy.BASELINE_ONLY)
                .store(new VolatileStore()).build();
                Arena arena = Arena.ofShared()) {
            Device device = runtime.device("cuda");
            Tensor[] tensors = new Tensor[3];
            for (int i = 0; i < tensors.length; i++) {
                tensors[i] = device.allocate(arena, DType.F32, ELEMENTS);
            }
            try (BoundOp op = runtime.bind(StandardOps.catalog().parse("add(n=" + ELEMENTS + ")", DType.F32), device);
                    DeviceStream stream = device.newStream()) {
                double call = medianOfBatches(CALLS, false, stream, () -> op.invoke(stream, tensors));
                try (DeviceGraph graph = device.record(stream, () -> {
                    for (int i = 0; i < OPS; i++) {
                        op.invoke(stream, tensors);
                    }
                })) {
                    return new Costs(call, medianOfBatches(REPLAYS, true, stream, () -> graph.launch(stream)));
                }
            }
        }
    }

    /** Returns the time of one of a batch, and says how much it allocates. */
    private static double medianOfBatches(int size, boolean untilTheEnd, DeviceStream stream, Runnable launch) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        double[] nanos = new double[BATCHES];
        long allocated = 0;
        for (int batch = -WARM_UP; batch < BATCHES; batch++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            long start = System.nanoTime();
            for (int i = 0; i < size; i++) {
                launch.run();
            }
            if (untilTheEnd) {
                stream.synchronize();
            }
            long end = System.nanoTime();
            if (!untilTheEnd) {
                allocated = threads.getCurrentThreadAllocatedBytes() - before;
                stream.synchronize();
            }
            if (batch >= 0) {
                nanos[batch] = (double) (end - start) / size;
            }
        }
        if (!untilTheEnd) {
            System.out.println("bytes allocated by the last " + size + " calls: " + allocated);
        }
        return median(nanos);
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
