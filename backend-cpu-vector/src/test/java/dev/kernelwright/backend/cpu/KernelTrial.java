package dev.kernelwright.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.kernelwright.op.Accuracy;
import dev.kernelwright.op.BufferSpec;
import dev.kernelwright.op.Elements;
import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.op.ReferenceCall;
import dev.kernelwright.op.Workload;
import dev.kernelwright.spi.DeviceStream;
import dev.kernelwright.spi.HostStream;
import dev.kernelwright.spi.LaunchArguments;
import dev.kernelwright.spi.LoadedKernel;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * One launch of a kernel, with everything it may touch watched: every output element is compared with the op's
 * reference, and inputs and the bytes around each buffer must be what they were.
 */
final class KernelTrial {
    private static final DeviceStream STREAM = new HostStream();
    private static final long GUARD_BYTES = 128;
    private static final byte GUARD = (byte) 0xa5;
    /** A NaN that no kernel computes: an element that keeps it was not written. */
    private static final int UNWRITTEN = 0x7fc0_beef;

    /** What random inputs are like; each shows mistakes that the others hide. */
    enum Values {
        /** Many ties, and exact sums. */
        SMALL_INTEGERS,
        NORMAL,
        /** An exponential without its maximum subtracted overflows. */
        LARGE,
        /** A variance as a difference of squares cancels. */
        OFFSET;

        float next(SplittableRandom random) {
            return (float) switch (this) {
                case SMALL_INTEGERS -> random.nextInt(-8, 9);
                case NORMAL -> random.nextGaussian();
                case LARGE -> 64 * random.nextGaussian();
                case OFFSET -> 128 + random.nextGaussian();
            };
        }
    }

    private final Workload workload;
    private final KernelSignature signature;
    private final long[] axes;
    private final List<Buffer> buffers = new ArrayList<>();
    private final LaunchArguments arguments;

    /**
     * Makes a trial with random inputs.
     *
     * @param values what they are like
     * @param seed makes the trial repeatable
     * @param misalignmentBytes how far from a cache line every buffer begins, a multiple of 4
     */
    KernelTrial(Workload workload, long[] axes, Values values, long seed, long misalignmentBytes) {
        this.workload = workload;
        this.signature = workload.signature();
        this.axes = axes.clone();
        this.arguments = new LaunchArguments(signature.buffers().size(), axes.length);
        System.arraycopy(axes, 0, arguments.axes(), 0, axes.length);
        SplittableRandom random = new SplittableRandom(seed);
        for (BufferSpec spec : signature.buffers()) {
            Buffer buffer = new Buffer(spec.dtype(), signature.shape(spec, axes), misalignmentBytes);
            if (spec.output()) {
                buffer.fillInts(UNWRITTEN);
            } else if (spec.indexLimit() != null) {
                buffer.fillIndices(random, (int) signature.evaluate(spec.indexLimit(), axes));
            } else {
                buffer.fillFloats(values, random);
            }
            arguments.setBuffer(buffers.size(), buffer.tensor);
            buffers.add(buffer);
        }
    }

    /** The elements of a buffer, to be changed before {@link #run}. */
    MemorySegment segment(int buffer) {
        return buffers.get(buffer).tensor.segment();
    }

    /** Launches the kernel and checks everything. */
    void run(LoadedKernel kernel) {
        launch(kernel);
        compareWithReference();
    }

    /** Launches the kernel and checks all but the results. */
    void launch(LoadedKernel kernel) {
        long workspaceBytes = kernel.workspaceBytes(axes);
        Buffer workspace = new Buffer(DType.F32, new long[]{Math.ceilDiv(workspaceBytes, Float.BYTES)}, 0);
        workspace.fillInts(UNWRITTEN);
        if (workspaceBytes > 0) {
            arguments.setWorkspace(workspace.tensor);
        }
        int inputs = signature.inputs().size();
        List<byte[]> before = buffers.subList(0, inputs).stream().map(Buffer::bytes).toList();
        kernel.launch(STREAM, arguments);
        for (int i = 0; i < buffers.size(); i++) {
            String name = signature.buffers().get(i).name();
            buffers.get(i).requireGuards(name);
            if (i < inputs) {
                assertThat(buffers.get(i).bytes()).as("the input %s after the launch", name).isEqualTo(before.get(i));
            }
        }
        workspace.requireGuards("workspace");
    }

    private void compareWithReference() {
        int inputs = signature.inputs().size();
        Accuracy.Bound bound = workload.op().accuracy().bound(signature, axes);
        List<Elements> elements = buffers.stream().map(buffer -> new Elements(buffer.tensor)).toList();
        long[] compared = new long[1];
        ReferenceCall call = new ReferenceCall(signature, elements.subList(0, inputs), axes) {
            @Override
            public void put(int output, long index, double value, double magnitude) {
                Elements results = elements.get(inputs + output);
                requireClose(output, index, results.get(index), value,
                        bound.of(results.dtype(), value, magnitude));
                compared[0]++;
            }
        };
        long units = signature.evaluate(workload.op().units(), axes);
        for (long unit = 0; unit < units; unit++) {
            workload.op().reference().compute(call, unit);
        }
        assertThat(compared[0]).as("elements compared")
                .isEqualTo(elements.subList(inputs, elements.size()).stream().mapToLong(Elements::count).sum());
    }

    private void requireClose(int output, long index, double result, double expected, double bound) {
        boolean right = Double.isFinite(expected)
                ? Math.abs(result - expected) <= bound
                : Double.compare(result, expected) == 0;
        // Beyond the largest float, infinity is what the type can say.
        boolean overflow = Double.isInfinite(result) && Math.abs(expected) > Float.MAX_VALUE
                && Math.signum(result) == Math.signum(expected);
        if (!right && !overflow) {
            fail("%s with axes %s: output %d, element %d is %s, but the reference is %s and the bound %s",
                    signature, Arrays.toString(axes), output, index, result, expected, bound);
        }
    }

    /** A tensor between two guards. */
    private static final class Buffer {
        final MemorySegment around;
        final Tensor tensor;
        final long start;

        Buffer(DType dtype, long[] shape, long misalignmentBytes) {
            long bytes = Tensor.byteSize(dtype, shape);
            start = GUARD_BYTES + misalignmentBytes;
            around = Arena.ofAuto().allocate(start + bytes + GUARD_BYTES, Tensor.ALIGNMENT_BYTES);
            around.fill(GUARD);
            tensor = Tensor.wrap(around.asSlice(start, bytes), dtype, shape);
        }

        byte[] bytes() {
            return tensor.segment().toArray(ValueLayout.JAVA_BYTE);
        }

        void fillInts(int value) {
            for (long i = 0; i < tensor.elementCount(); i++) {
                tensor.segment().setAtIndex(ValueLayout.JAVA_INT, i, value);
            }
        }

        void fillIndices(SplittableRandom random, int limit) {
            for (long i = 0; i < tensor.elementCount(); i++) {
                tensor.segment().setAtIndex(ValueLayout.JAVA_INT, i, random.nextInt(limit));
            }
        }

        void fillFloats(Values values, SplittableRandom random) {
            for (long i = 0; i < tensor.elementCount(); i++) {
                tensor.segment().setAtIndex(ValueLayout.JAVA_FLOAT, i, values.next(random));
            }
        }

        void requireGuards(String name) {
            long end = start + tensor.byteSize();
            for (long i = 0; i < around.byteSize(); i++) {
                if ((i < start || i >= end) && around.get(ValueLayout.JAVA_BYTE, i) != GUARD) {
                    fail("byte %d of the buffer %s of %d bytes was written", i - start, name, tensor.byteSize());
                }
            }
        }
    }
}
