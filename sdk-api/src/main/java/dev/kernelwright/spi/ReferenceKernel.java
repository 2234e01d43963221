package dev.kernelwright.spi;

import dev.kernelwright.op.Elements;
import dev.kernelwright.op.ReferenceCall;
import dev.kernelwright.op.Workload;
import java.util.ArrayList;
import java.util.List;

/**
 * The definition's own reference as a kernel: slow, right by definition, on host memory.
 *
 * <p>The baseline of ops that a backend has none for, such as an application's own. The units run as blocks on the
 * pool. Unlike other kernels it allocates at each launch.
 */
public final class ReferenceKernel implements LoadedKernel {
    /** Enough blocks to spread the work, few enough that their overhead does not show. */
    private static final int MAX_BLOCKS = 64;

    private final Workload workload;
    private final BlockPool pool;

    /** Creates the kernel. */
    public ReferenceKernel(Workload workload, BlockPool pool) {
        this.workload = workload;
        this.pool = pool;
    }

    @Override
    public long workspaceBytes(long[] axes) {
        return 0;
    }

    @Override
    public void launch(DeviceStream stream, LaunchArguments arguments) {
        int inputCount = workload.signature().inputs().size();
        int outputCount = workload.signature().outputs().size();
        List<Elements> inputs = new ArrayList<>();
        for (int i = 0; i < inputCount; i++) {
            inputs.add(new Elements(arguments.buffer(i)));
        }
        Elements[] outputs = new Elements[outputCount];
        for (int i = 0; i < outputCount; i++) {
            outputs[i] = new Elements(arguments.buffer(inputCount + i));
        }
        ReferenceCall call = new ReferenceCall(workload.signature(), inputs, arguments.axes()) {
            @Override
            public void put(int output, long index, double value, double magnitude) {
                outputs[output].set(index, value);
            }
        };
        long units = workload.signature().evaluate(workload.op().units(), arguments.axes());
        int blocks = (int) Math.min(units, MAX_BLOCKS);
        pool.run(blocks, (block, ignored) -> {
            for (long unit = units * block / blocks; unit < units * (block + 1) / blocks; unit++) {
                workload.op().reference().compute(call, unit);
            }
        }, arguments);
    }

    @Override
    public void close() {
        // Holds nothing.
    }
}
