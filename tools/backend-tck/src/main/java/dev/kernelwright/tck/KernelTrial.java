package dev.kernelwright.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.kernelwright.op.Accuracy;
import dev.kernelwright.op.BufferSpec;
import dev.kernelwright.op.Elements;
import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.op.ReferenceCall;
import dev.kernelwright.op.Workload;
import dev.kernelwright.spi.Backend;
import dev.kernelwright.spi.DeviceStream;
import dev.kernelwright.spi.LaunchArguments;
import dev.kernelwright.spi.LoadedKernel;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tensor.MemorySpace;
import dev.kernelwright.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.DoubleSupplier;
import java.util.stream.LongStream;

/**
 * Launches of kernels on the same inputs, with everything that they may touch watched: every output element is compared
 * with the op's reference, and inputs and the memory around each buffer must be what they were.
 *
 * <p>The reference is evaluated once, by the first kernel that is compared with it. What lies around a buffer is NaN, and
 * an index far outside, so that a kernel which reads it shows.
 */
public final class KernelTrial implements AutoCloseable {
    private static final int GUARD_BYTES = 256;
    /** A NaN that no kernel computes: an element that keeps it was not written. */
    private static final int UNWRITTEN = 0x7fc0_beef;
    /** Two of them in half types. */
    private static final int UNWRITTEN_HALVES = 0x7fc1_7fc1;
    private static final double LARGEST_F16 = 65_504;
    private static final double LARGEST_BF16 = 0x1.fep127;

    /** What random inputs are like; each shows mistakes that the others hide. */
    public enum Values {
        /** Many ties, and exact sums. */
        SMALL_INTEGERS,
        /** Around 0. */
        NORMAL,
        /** An exponential without its maximum subtracted overflows. */
        LARGE,
        /** A variance as a difference of squares cancels. */
        OFFSET;

        double next(SplittableRandom random) {
            return switch (this) {
                case SMALL_INTEGERS -> random.nextInt(-8, 9);
                case NORMAL -> random.nextGaussian();
                case LARGE -> 64 * random.nextGaussian();
                case OFFSET -> 128 + random.nextGaussian();
            };
        }
    }

    private final Backend backend;
    private final Workload workload;
    private final KernelSignature signature;
    private final long[] axes;
    private final Arena arena = Arena.ofShared();
    private final DeviceStream stream;
    private final List<Buffer> buffers = new ArrayList<>();
    /** Values and bounds of each output; empty until a kernel is compared. */
    private final List<double[]> expected = new ArrayList<>();
    private final List<double[]> bounds = new ArrayList<>();
    private double mostError = Double.POSITIVE_INFINITY;

    /**
     * Makes a trial with random inputs.
     *
     * @param values what they are like
     * @param seed makes the trial repeatable
     * @param misalignment how many elements from an aligned address every buffer begins
     */
    public KernelTrial(Backend backend, Workload workload, long[] axes, Values values, long seed, int misalignment) {
        this.backend = backend;
        this.workload = workload;
        this.signature = workload.signature();
        this.axes = axes.clone();
        this.stream = backend.newStream();
        SplittableRandom random = new SplittableRandom(seed);
        for (BufferSpec spec : signature.buffers()) {
            Buffer buffer = new Buffer(arena, spec.dtype(), signature.shape(spec, axes), misalignment);
            if (spec.indexLimit() != null) {
                int limit = (int) signature.evaluate(spec.indexLimit(), axes);
                buffer.fill(() -> random.nextInt(limit));
            } else if (!spec.output()) {
                buffer.fill(() -> values.next(random));
            }
            buffers.add(buffer);
        }
    }

    /** Returns the elements of an input, to be changed before the first launch. */
    public Elements input(int buffer) {
        return new Elements(buffers.get(buffer).onHost());
    }

    /** Sets some elements of an input before the first launch. */
    public void fill(int buffer, long from, long to, double value) {
        Elements elements = input(buffer);
        for (long i = from; i < to; i++) {
            elements.set(i, value);
        }
    }

    /** Sets an element of an input to NaN of another payload than Java's own, as it may come from a file. */
    public void setForeignNan(int buffer, long index) {
        Tensor tensor = buffers.get(buffer).onHost();
        switch (tensor.dtype()) {
            case F32 -> tensor.segment().setAtIndex(ValueLayout.JAVA_INT, index, 0x7f80_0123);
            case F16 -> tensor.segment().setAtIndex(ValueLayout.JAVA_SHORT, index, (short) 0x7c21);
            case BF16 -> tensor.segment().setAtIndex(ValueLayout.JAVA_SHORT, index, (short) 0x7f91);
            case I32 -> throw new IllegalArgumentException("NaN was asked for in " + tensor + ": use a float");
        }
    }

    /** Returns the extents of the axes. */
    public long[] axes() {
        return axes.clone();
    }

    /** Lets no result be farther from the reference than this, whatever the definition's bound is. */
    public void limitError(double most) {
        mostError = most;
    }

    /** Launches a kernel and checks everything. */
    public void run(LoadedKernel kernel) {
        launch(kernel);
        if (expected.isEmpty()) {
            evaluateReference();
        }
        for (int output = 0; output < expected.size(); output++) {
            compare(output);
        }
    }

    /** Launches a kernel and checks all but the results. */
    public void launch(LoadedKernel kernel) {
        LaunchArguments arguments = new LaunchArguments(buffers.size(), axes.length);
        System.arraycopy(axes, 0, arguments.axes(), 0, axes.length);
        try (Arena own = Arena.ofShared()) {
            for (int i = 0; i < buffers.size(); i++) {
                buffers.get(i).send();
                arguments.setBuffer(i, buffers.get(i).onDevice());
            }
            long workspaceBytes = kernel.workspaceBytes(axes);
            Buffer workspace = new Buffer(own, DType.F32, new long[]{Math.ceilDiv(workspaceBytes, Float.BYTES)}, 0);
            if (workspaceBytes > 0) {
                workspace.send();
                arguments.setWorkspace(workspace.onDevice());
            }
            try {
                kernel.launch(stream, arguments);
            } finally {
                stream.synchronize();
                for (int i = 0; i < buffers.size(); i++) {
                    buffers.get(i).requireUntouched(signature.buffers().get(i));
                }
                if (workspaceBytes > 0) {
                    workspace.requireGuards("workspace");
                }
            }
        }
    }

    /** Returns an output of the last launch. */
    public Tensor output(int output) {
        return buffers.get(signature.inputs().size() + output).found();
    }

    private void evaluateReference() {
        int inputs = signature.inputs().size();
        Accuracy.Bound bound = workload.op().accuracy().bound(signature, axes);
        List<Elements> elements = buffers.stream().map(buffer -> new Elements(buffer.onHost())).toList();
        for (Elements output : elements.subList(inputs, elements.size())) {
            double[] unset = new double[Math.toIntExact(output.count())];
            Arrays.fill(unset, -1);
            expected.add(new double[unset.length]);
            bounds.add(unset);
        }
        ReferenceCall call = new ReferenceCall(signature, elements.subList(0, inputs), axes) {
            @Override
            public void put(int output, long index, double value, double magnitude) {
                expected.get(output)[(int) index] = value;
                bounds.get(output)[(int) index] = Math.min(mostError,
                        bound.of(elements.get(inputs + output).dtype(), value, magnitude));
            }
        };
        long units = signature.evaluate(workload.op().units(), axes);
        LongStream.range(0, units).parallel().forEach(unit -> workload.op().reference().compute(call, unit));
        bounds.forEach(each -> assertThat(each).as("elements that the reference left out").doesNotContain(-1.0));
    }

    private void compare(int output) {
        Buffer buffer = buffers.get(signature.inputs().size() + output);
        Elements found = new Elements(output(output));
        double[] values = expected.get(output);
        double largest = switch (found.dtype()) {
            case F16 -> LARGEST_F16;
            case BF16 -> LARGEST_BF16;
            case F32, I32 -> Float.MAX_VALUE;
        };
        for (int i = 0; i < values.length; i++) {
            double result = found.get(i);
            double bound = bounds.get(output)[i];
            // Beyond the type's largest number, infinity is what it can say.
            boolean overflow = Double.isInfinite(result) && Math.abs(values[i]) + bound > largest
                    && Math.signum(result) == Math.signum(values[i]);
            boolean right = Double.isFinite(values[i])
                    ? Math.abs(result - values[i]) <= bound
                    : Double.compare(result, values[i]) == 0 && !buffer.isUnwritten(i);
            if (!right && !overflow) {
                fail("%s with axes %s: element %d of the output %d is %s, but the reference is %s and the bound %s",
                        workload, Arrays.toString(axes), i, output, buffer.isUnwritten(i) ? "unwritten" : result,
                        values[i], bound);
            }
        }
    }

    @Override
    public void close() {
        stream.close();
        arena.close();
    }

    /** A tensor between two guards: on the host as it is to be, on the device, and on the host as it was found. */
    private final class Buffer {
        private final DType dtype;
        private final long[] shape;
        private final long start;
        private final long end;
        private final MemorySegment before;
        private final MemorySegment after;
        private final Tensor device;

        Buffer(Arena arena, DType dtype, long[] shape, int misalignment) {
            this.dtype = dtype;
            this.shape = shape;
            this.start = GUARD_BYTES + (long) misalignment * dtype.byteSize();
            this.end = start + Tensor.byteSize(dtype, shape);
            long words = Math.ceilDiv(end + GUARD_BYTES, Integer.BYTES);
            before = arena.allocate(Integer.BYTES * words, Tensor.ALIGNMENT_BYTES);
            after = arena.allocate(Integer.BYTES * words, Tensor.ALIGNMENT_BYTES);
            device = backend.allocate(arena, DType.I32, words);
            for (long i = 0; i < words; i++) {
                before.setAtIndex(ValueLayout.JAVA_INT, i, dtype.byteSize() == 2 ? UNWRITTEN_HALVES : UNWRITTEN);
            }
        }

        void fill(DoubleSupplier source) {
            Elements elements = new Elements(onHost());
            for (long i = 0; i < elements.count(); i++) {
                elements.set(i, source.getAsDouble());
            }
        }

        Tensor onHost() {
            return Tensor.wrap(before.asSlice(start, end - start), dtype, shape);
        }

        Tensor found() {
            return Tensor.wrap(after.asSlice(start, end - start), dtype, shape);
        }

        Tensor onDevice() {
            return device.space() == MemorySpace.HOST
                    ? Tensor.wrap(device.segment().asSlice(start, end - start), dtype, shape)
                    : Tensor.over(device.memory(), start, dtype, shape);
        }

        boolean isUnwritten(long element) {
            long from = start + element * dtype.byteSize();
            return MemorySegment.mismatch(before, from, from + dtype.byteSize(), after, from,
                    from + dtype.byteSize()) < 0;
        }

        void send() {
            backend.copy(stream, Tensor.wrap(before, DType.I32, device.shape()), device);
        }

        void requireUntouched(BufferSpec spec) {
            requireGuards(spec.name());
            if (!spec.output() && before.mismatch(after) >= 0) {
                fail("%s with axes %s: the input %s was written", workload, Arrays.toString(axes), spec.name());
            }
        }

        /** Also brings what is on the device back. */
        void requireGuards(String name) {
            backend.copy(stream, device, Tensor.wrap(after, DType.I32, device.shape()));
            stream.synchronize();
            requireSame(name, 0, start);
            requireSame(name, end, before.byteSize());
        }

        private void requireSame(String name, long from, long to) {
            long at = MemorySegment.mismatch(before, from, to, after, from, to);
            if (at >= 0) {
                fail("%s with axes %s: byte %d of %s, which has %d, was written", workload, Arrays.toString(axes),
                        from + at - start, name, end - start);
            }
        }
    }
}
