package dev.kernelwright.spi;

import dev.kernelwright.op.BufferSpec;
import dev.kernelwright.op.Elements;
import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.op.ReferenceCall;
import dev.kernelwright.op.Workload;
import dev.kernelwright.tensor.MemorySpace;
import dev.kernelwright.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;

/**
 * The definition's own reference as a kernel: slow, right by definition, computed on the host.
 *
 * <p>The baseline of ops that a backend has none for, such as an application's own. The units run as blocks on the
 * pool. Where the device's memory is not the host's, the tensors are copied there and back, and the launch has ended
 * when it returns. Unlike other kernels it allocates at each launch.
 */
public final class ReferenceKernel implements LoadedKernel {
    /** Enough blocks to spread the work, few enough that their overhead does not show. */
    private static final int MAX_BLOCKS = 64;

    private final Workload workload;
    private final KernelSignature signature;
    private final Backend backend;
    private final BlockPool pool;

    /** Creates the kernel for tensors of a device. */
    public ReferenceKernel(Workload workload, Backend backend, BlockPool pool) {
        this.workload = workload;
        this.signature = workload.signature();
        this.backend = backend;
        this.pool = pool;
    }

    @Override
    public long workspaceBytes(long[] axes) {
        return 0;
    }

    @Override
    public void launch(DeviceStream stream, LaunchArguments arguments) {
        if (backend.memorySpace() == MemorySpace.HOST) {
            compute(arguments);
            return;
        }
        try (Arena arena = Arena.ofShared()) {
            LaunchArguments onHost = new LaunchArguments(signature.buffers().size(), signature.axes().size());
            System.arraycopy(arguments.axes(), 0, onHost.axes(), 0, onHost.axes().length);
            for (int i = 0; i < signature.buffers().size(); i++) {
                BufferSpec buffer = signature.buffers().get(i);
                Tensor host = Tensor.allocate(arena, buffer.dtype(), signature.shape(buffer, arguments.axes()));
                onHost.setBuffer(i, host);
                if (!buffer.output()) {
                    backend.copy(stream, arguments.buffer(i), host);
                }
            }
            stream.synchronize();
            compute(onHost);
            for (int i = signature.inputs().size(); i < signature.buffers().size(); i++) {
                backend.copy(stream, onHost.buffer(i), arguments.buffer(i));
            }
            stream.synchronize();
        }
    }

    private void compute(LaunchArguments arguments) {
        int inputCount = signature.inputs().size();
        List<Elements> inputs = new ArrayList<>();
        for (int i = 0; i < inputCount; i++) {
            inputs.add(new Elements(arguments.buffer(i)));
        }
        Elements[] outputs = new Elements[signature.outputs().size()];
        for (int i = 0; i < outputs.length; i++) {
            outputs[i] = new Elements(arguments.buffer(inputCount + i));
        }
        ReferenceCall call = new ReferenceCall(signature, inputs, arguments.axes()) {
            @Override
            public void put(int output, long index, double value, double magnitude) {
                outputs[output].set(index, value);
            }
        };
        long units = signature.evaluate(workload.op().units(), arguments.axes());
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
