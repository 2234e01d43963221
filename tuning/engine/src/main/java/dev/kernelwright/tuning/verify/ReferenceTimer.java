package dev.kernelwright.tuning.verify;

import dev.kernelwright.op.BufferSpec;
import dev.kernelwright.op.Workload;
import dev.kernelwright.spi.BlockPool;
import dev.kernelwright.spi.LaunchArguments;
import dev.kernelwright.spi.ReferenceKernel;
import dev.kernelwright.spi.Timing;
import dev.kernelwright.tensor.Tensor;
import dev.kernelwright.tuning.trial.BufferLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * Times the definition's reference in the parent: the baseline of an op for which the backend has none.
 *
 * <p>It cannot be timed in the worker, which must not have it. It is slow, so a few samples will do.
 */
public final class ReferenceTimer {
    private static final int MAX_SAMPLES = 5;
    private static final long LIMIT_NANOS = 1_000_000_000L;

    private ReferenceTimer() {
    }

    /** Times the reference at the largest axes, on the pool. */
    public static Timing time(Workload workload, BlockPool pool) {
        long[] axes = workload.signature().maxAxes();
        BufferLayout layout = BufferLayout.of(workload.signature(), axes, 0, () -> 0);
        List<BufferSpec> buffers = workload.signature().buffers();
        LaunchArguments arguments = new LaunchArguments(buffers.size(), axes.length);
        System.arraycopy(axes, 0, arguments.axes(), 0, axes.length);
        List<Double> samples = new ArrayList<>();
        try (TrialImage image = new TrialImage(workload.signature(), axes, layout, pool)) {
            image.fillInputs(InputKind.NORMAL, 1);
            List<Tensor> outputs = image.newSnapshot().outputs();
            int inputs = buffers.size() - outputs.size();
            for (int i = 0; i < buffers.size(); i++) {
                arguments.setBuffer(i, i < inputs ? image.input(i) : outputs.get(i - inputs));
            }
            ReferenceKernel kernel = new ReferenceKernel(workload, pool);
            long begin = System.nanoTime();
            while (samples.size() < MAX_SAMPLES && (samples.isEmpty() || System.nanoTime() - begin < LIMIT_NANOS)) {
                long start = System.nanoTime();
                kernel.launch(NoStream.INSTANCE, arguments);
                samples.add((double) Math.max(1, System.nanoTime() - start));
            }
        }
        return Timing.of(samples.stream().mapToDouble(Double::doubleValue).toArray());
    }
}
