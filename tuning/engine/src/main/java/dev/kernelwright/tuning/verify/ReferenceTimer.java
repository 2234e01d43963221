package dev.kernelwright.tuning.verify;

import dev.kernelwright.op.Elements;
import dev.kernelwright.op.ReferenceCall;
import dev.kernelwright.op.Workload;
import dev.kernelwright.spi.BlockPool;
import dev.kernelwright.spi.LaunchArguments;
import dev.kernelwright.spi.ReferenceKernel;
import dev.kernelwright.spi.Timing;
import dev.kernelwright.tensor.Tensor;
import dev.kernelwright.tuning.trial.BufferLayout;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Times the definition's reference in the parent: the baseline of an op for which the backend has none.
 *
 * <p>It cannot be timed in the worker, which must not have it. Where it is slow, a sample of its units is timed, as
 * {@link ReferenceKernel} would run them, and stands for all.
 */
public final class ReferenceTimer {
    private static final int MAX_SAMPLES = 5;
    private static final int MAX_BLOCKS = 64;
    private static final double MAX_OPERATIONS = 1e8;
    private static final long LIMIT_NANOS = 1_000_000_000L;

    private ReferenceTimer() {}

    /** Times the reference at the largest axes, on the pool. */
    public static Timing time(Workload workload, BlockPool pool) {
        long[] axes = workload.signature().maxAxes();
        BufferLayout layout = BufferLayout.of(workload.signature(), axes, 0, () -> 0);
        try (Arena arena = Arena.ofShared()) {
            TrialImage image = new TrialImage(workload.signature(), axes, layout, pool, arena);
            image.fillInputs(InputKind.NORMAL, 1);
            List<Elements> inputs = IntStream.range(0, workload.signature().inputs().size())
                    .mapToObj(input -> new Elements(image.input(input))).toList();
            List<Tensor> outputs = image.newSnapshot().outputs();
            ReferenceCall call = new ReferenceCall(workload.signature(), inputs, axes) {
                private final Elements[] results = outputs.stream().map(Elements::new).toArray(Elements[]::new);

                @Override
                public void put(int output, long index, double value, double magnitude) {
                    results[output].set(index, value);
                }
            };
            return time(workload, call, UnitSample.of(workload, axes, MAX_OPERATIONS, 1), pool);
        }
    }

    private static Timing time(Workload workload, ReferenceCall call, UnitSample sample, BlockPool pool) {
        int blocks = (int) Math.min(sample.size(), MAX_BLOCKS);
        double[] nanos = new double[MAX_SAMPLES];
        int count = 0;
        long begin = System.nanoTime();
        while (count < MAX_SAMPLES && (count == 0 || System.nanoTime() - begin < LIMIT_NANOS)) {
            long start = System.nanoTime();
            pool.run(blocks, (block, ignored) -> {
                long to = sample.size() * (block + 1) / blocks;
                for (long position = sample.size() * block / blocks; position < to; position++) {
                    workload.op().reference().compute(call, sample.unit(position));
                }
            }, new LaunchArguments(0, 0));
            nanos[count++] = Math.max(1, System.nanoTime() - start) * ((double) sample.units() / sample.size());
        }
        return Timing.of(Arrays.copyOf(nanos, count));
    }
}
