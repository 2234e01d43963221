package dev.kernelwright.tck.mock;

import dev.kernelwright.op.BufferSpec;
import dev.kernelwright.op.Elements;
import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.op.OpDefinition;
import dev.kernelwright.op.ReferenceCall;
import dev.kernelwright.spi.DeviceStream;
import dev.kernelwright.spi.LaunchArguments;
import dev.kernelwright.spi.LoadedKernel;
import dev.kernelwright.tensor.Tensor;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/** The definition's own reference, on the device's memory. */
final class MockBaseline implements LoadedKernel {
    private final OpDefinition op;
    private final KernelSignature signature;

    MockBaseline(OpDefinition op, KernelSignature signature) {
        this.op = op;
        this.signature = signature;
    }

    @Override
    public long workspaceBytes(long[] axes) {
        return 0;
    }

    @Override
    public void launch(DeviceStream stream, LaunchArguments arguments) {
        long[] axes = arguments.axes();
        List<Elements> elements = new ArrayList<>();
        for (BufferSpec buffer : signature.buffers()) {
            Tensor tensor = HostMemory.onHost(arguments.buffer(elements.size()), buffer.dtype(),
                    signature.shape(buffer, axes));
            if (buffer.indexLimit() != null && Fault.CLAMPS_INDICES.isHere()) {
                tensor = clamped(tensor, signature.evaluate(buffer.indexLimit(), axes));
            }
            elements.add(new Elements(tensor));
        }
        Elements out = elements.getLast();
        long last = out.count() - 1;
        ReferenceCall call = new ReferenceCall(signature, elements, axes) {
            @Override
            public void put(int output, long index, double value, double magnitude) {
                boolean wrongTail = Fault.GETS_THE_TAIL_WRONG.isHere() && index == last && last % 4 != 3;
                boolean hidden = Fault.HIDES_NAN.isHere() && Double.isNaN(value);
                out.set(index, wrongTail || hidden ? 0.25 : value);
            }
        };
        long units = signature.evaluate(op.units(), axes);
        for (long unit = 0; unit < units; unit++) {
            op.reference().compute(call, unit);
        }
        if (Fault.WRITES_BEHIND_ITS_OUTPUT.isHere()) {
            long end = HostMemory.address(arguments.buffer(elements.size() - 1))
                    + out.count() * out.dtype().byteSize();
            HostMemory.ALL.set(ValueLayout.JAVA_BYTE, end, (byte) 0);
        }
    }

    private static Tensor clamped(Tensor indices, long limit) {
        int[] values = indices.toIntArray();
        for (int i = 0; i < values.length; i++) {
            values[i] = (int) Math.clamp(values[i], 0, limit - 1);
        }
        return Tensor.of(values, indices.shape());
    }

    @Override
    public void close() {
        // Holds nothing.
    }
}
