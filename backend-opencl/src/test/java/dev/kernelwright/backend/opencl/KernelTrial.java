package dev.kernelwright.backend.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.kernelwright.op.Accuracy;
import dev.kernelwright.op.BufferSpec;
import dev.kernelwright.op.Elements;
import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.op.ReferenceCall;
import dev.kernelwright.op.Workload;
import dev.kernelwright.spi.DeviceStream;
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
 * One launch of a kernel on a device, with everything it may touch watched: every output element is compared with the
 * op's reference, and inputs and the bytes around each buffer must be what they were.
 */
final class KernelTrial {
    private static final long GUARD_BYTES = 256;
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

    private final OpenClBackend backend;
    private final Workload workload;
    private final KernelSignature signature;
    private final long[] axes;
    private final long misalignmentBytes;
    private final List<Image> images = new ArrayList<>();

    /**
     * Makes a trial with random inputs.
     *
     * @param values what they are like
     * @param seed makes the trial repeatable
     * @param misalignmentBytes how far from a cache line every buffer begins, a multiple of 4
     */
    KernelTrial(OpenClBackend backend, Workload workload, long[] axes, Values values, long seed,
            long misalignmentBytes) {
        this.backend = backend;
        this.workload = workload;
        this.signature = workload.signature();
        this.axes = axes.clone();
        this.misalignmentBytes = misalignmentBytes;
        SplittableRandom random = new SplittableRandom(seed);
        for (BufferSpec spec : signature.buffers()) {
            Image image = new Image(spec.dtype(), signature.shape(spec, axes));
            if (spec.output()) {
                image.fillInts(UNWRITTEN);
            } else if (spec.indexLimit() != null) {
                int limit = (int) signature.evaluate(spec.indexLimit(), axes);
                for (long i = 0; i < image.tensor.elementCount(); i++) {
                    image.tensor.segment().setAtIndex(ValueLayout.JAVA_INT, i, random.nextInt(limit));
                }
            } else {
                for (long i = 0; i < image.tensor.elementCount(); i++) {
                    image.tensor.segment().setAtIndex(ValueLayout.JAVA_FLOAT, i, values.next(random));
                }
            }
            images.add(image);
        }
    }

    /** The elements of a buffer: inputs may be changed before a launch, and outputs are there after it. */
    MemorySegment segment(int buffer) {
        return images.get(buffer).tensor.segment();
    }

    /** Launches the kernel and checks everything. */
    void run(LoadedKernel kernel) {
        launch(kernel);
        compareWithReference();
    }

    /** Launches the kernel and checks all but the results. */
    void launch(LoadedKernel kernel) {
        LaunchArguments arguments = new LaunchArguments(images.size(), axes.length);
        System.arraycopy(axes, 0, arguments.axes(), 0, axes.length);
        List<byte[]> before = images.stream().map(Image::bytes).toList();
        long workspaceBytes = kernel.workspaceBytes(axes);
        Image workspace = new Image(DType.F32, new long[]{Math.ceilDiv(workspaceBytes, Float.BYTES)});
        workspace.fillInts(UNWRITTEN);
        try (Arena arena = Arena.ofShared(); DeviceStream stream = backend.newStream()) {
            List<Tensor> copies = new ArrayList<>();
            for (Image image : images) {
                copies.add(image.send(stream, arena));
                arguments.setBuffer(copies.size() - 1, image.within(copies.getLast()));
            }
            Tensor workspaceCopy = workspace.send(stream, arena);
            if (workspaceBytes > 0) {
                arguments.setWorkspace(workspace.within(workspaceCopy));
            }
            kernel.launch(stream, arguments);
            for (int i = 0; i < images.size(); i++) {
                backend.copy(stream, copies.get(i), images.get(i).around);
            }
            backend.copy(stream, workspaceCopy, workspace.around);
            stream.synchronize();
        }
        for (int i = 0; i < images.size(); i++) {
            String name = signature.buffers().get(i).name();
            images.get(i).requireGuards(name);
            if (!signature.buffers().get(i).output()) {
                assertThat(images.get(i).bytes()).as("the input %s after the launch", name).isEqualTo(before.get(i));
            }
        }
        workspace.requireGuards("workspace");
    }

    private void compareWithReference() {
        int inputs = signature.inputs().size();
        Accuracy.Bound bound = workload.op().accuracy().bound(signature, axes);
        List<Elements> elements = images.stream().map(image -> new Elements(image.tensor)).toList();
        long[] compared = new long[1];
        ReferenceCall call = new ReferenceCall(signature, elements.subList(0, inputs), axes) {
            @Override
            public void put(int output, long index, double value, double magnitude) {
                Elements results = elements.get(inputs + output);
                requireClose(index, results.get(index), value,
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

    private void requireClose(long index, double result, double expected, double bound) {
        boolean right = Double.isFinite(expected)
                ? Math.abs(result - expected) <= bound
                : Double.compare(result, expected) == 0;
        // Beyond the largest float, infinity is what the type can say.
        boolean overflow = Double.isInfinite(result) && Math.abs(expected) > Float.MAX_VALUE
                && Math.signum(result) == Math.signum(expected);
        if (!right && !overflow) {
            fail("%s with axes %s: element %d is %s, but the reference is %s and the bound %s", signature,
                    Arrays.toString(axes), index, result, expected, bound);
        }
    }

    /** What is on the host of a tensor between two guards. */
    private final class Image {
        final Tensor around;
        final Tensor tensor;
        final long start = GUARD_BYTES + misalignmentBytes;

        Image(DType dtype, long[] shape) {
            long bytes = Tensor.byteSize(dtype, shape);
            around = Tensor.allocate(DType.F32, (start + bytes + GUARD_BYTES) / Float.BYTES);
            around.segment().fill(GUARD);
            tensor = Tensor.wrap(around.segment().asSlice(start, bytes), dtype, shape);
        }

        /** Copies the tensor and its guards to the device. */
        Tensor send(DeviceStream stream, Arena arena) {
            Tensor copy = backend.allocate(arena, DType.F32, around.elementCount());
            backend.copy(stream, around, copy);
            return copy;
        }

        /** The tensor between the guards of a copy. */
        Tensor within(Tensor copy) {
            return Tensor.over(copy.memory(), start, tensor.dtype(), tensor.shape());
        }

        byte[] bytes() {
            return tensor.segment().toArray(ValueLayout.JAVA_BYTE);
        }

        void fillInts(int value) {
            for (long i = 0; i < tensor.elementCount(); i++) {
                tensor.segment().setAtIndex(ValueLayout.JAVA_INT, i, value);
            }
        }

        void requireGuards(String name) {
            MemorySegment bytes = around.segment();
            long end = start + tensor.byteSize();
            for (long i = 0; i < bytes.byteSize(); i++) {
                if ((i < start || i >= end) && bytes.get(ValueLayout.JAVA_BYTE, i) != GUARD) {
                    fail("byte %d of the buffer %s of %d bytes was written", i - start, name, tensor.byteSize());
                }
            }
        }
    }
}
