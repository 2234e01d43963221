package dev.kernelwright.backend.cuda;

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
import dev.kernelwright.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;

/**
 * Launches of kernels with the same random inputs, each compared with the op's reference; inputs and the memory around
 * each buffer must be what they were.
 *
 * <p>What lies around an input is NaN, and an index far outside, so that a kernel which reads it shows.
 */
final class KernelTrial implements AutoCloseable {
    private static final int GUARD_BYTES = 256;
    private static final int MAX_SHOWN = 6;
    /** A NaN that no kernel computes: an element that keeps it was not written. */
    private static final int UNWRITTEN = 0x7fc0_beef;
    /** Two of them in half types. */
    private static final int UNWRITTEN_HALVES = 0x7fc1_7fc1;

    /** What random inputs are like; each shows mistakes that the others hide. */
    enum Values {
        /** Many ties, and exact sums. */
        SMALL_INTEGERS,
        NORMAL,
        /** An exponential without its maximum subtracted overflows. */
        LARGE,
        /** A variance as a difference of squares cancels. */
        OFFSET,
        /** NaN among normal numbers, which must reach all results that depend on it and no others. */
        NANS,
        /** Infinities, NaN, zeros and numbers near the ends of the range among normal ones. */
        SPECIAL;

        private static final float[] SPECIALS = {Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.NaN, 0f, -0f,
                1e30f, -1e30f, 1e-40f, Float.intBitsToFloat(0x7f80_0123)};

        float next(SplittableRandom random) {
            return (float) switch (this) {
                case SMALL_INTEGERS -> random.nextInt(-8, 9);
                case NORMAL -> random.nextGaussian();
                case LARGE -> 64 * random.nextGaussian();
                case OFFSET -> 128 + random.nextGaussian();
                case NANS -> random.nextInt(1024) == 0 ? Float.NaN : random.nextGaussian();
                case SPECIAL -> random.nextInt(2048) == 0
                        ? SPECIALS[random.nextInt(SPECIALS.length)]
                        : random.nextGaussian();
            };
        }
    }

    private final Workload workload;
    private final KernelSignature signature;
    private final long[] axes;
    private final Backend backend;
    private final DeviceStream stream;
    private final Arena arena = Arena.ofShared();
    private final List<Buffer> buffers = new ArrayList<>();
    private final List<double[]> expected = new ArrayList<>();
    private final List<double[]> bounds = new ArrayList<>();

    /**
     * Makes a trial.
     *
     * @param seed makes it repeatable
     * @param misalignment how many elements from an aligned address every buffer begins
     */
    KernelTrial(Backend backend, DeviceStream stream, Workload workload, long[] axes, Values values, long seed,
            int misalignment) {
        this.backend = backend;
        this.stream = stream;
        this.workload = workload;
        this.signature = workload.signature();
        this.axes = axes.clone();
        SplittableRandom random = new SplittableRandom(seed);
        for (BufferSpec spec : signature.buffers()) {
            Buffer buffer = new Buffer(spec.dtype(), signature.shape(spec, axes), misalignment);
            if (spec.indexLimit() != null) {
                int limit = (int) signature.evaluate(spec.indexLimit(), axes);
                buffer.fill(() -> random.nextInt(limit));
            } else if (!spec.output()) {
                buffer.fill(() -> values.next(random));
            }
            buffers.add(buffer);
        }
        computeReference();
    }

    private void computeReference() {
        int inputs = signature.inputs().size();
        Accuracy.Bound bound = workload.op().accuracy().bound(signature, axes);
        List<Elements> elements = buffers.stream().map(buffer -> new Elements(buffer.onHost())).toList();
        for (Elements output : elements.subList(inputs, elements.size())) {
            expected.add(new double[Math.toIntExact(output.count())]);
            bounds.add(new double[Math.toIntExact(output.count())]);
        }
        ReferenceCall call = new ReferenceCall(signature, elements.subList(0, inputs), axes) {
            @Override
            public void put(int output, long index, double value, double magnitude) {
                expected.get(output)[(int) index] = value;
                bounds.get(output)[(int) index] = bound.of(elements.get(inputs + output).dtype(),
                        value, magnitude);
            }
        };
        long units = signature.evaluate(workload.op().units(), axes);
        LongStream.range(0, units).parallel().forEach(unit -> workload.op().reference().compute(call, unit));
    }

    /** Puts an index outside its table, and expects the first output's rows that it belongs to to be NaN. */
    void setIndex(int input, int row, int index) {
        buffers.get(input).set(row, index);
        double[] results = expected.getFirst();
        int perRow = results.length / Math.toIntExact(axes[0]);
        Arrays.fill(results, row * perRow, (row + 1) * perRow, Double.NaN);
    }

    /**
     * Launches a kernel and checks everything.
     *
     * @return the largest error as a part of its bound
     * @throws IllegalStateException if something is wrong
     */
    double run(LoadedKernel kernel) {
        LaunchArguments arguments = new LaunchArguments(buffers.size(), axes.length);
        System.arraycopy(axes, 0, arguments.axes(), 0, axes.length);
        try (Arena own = Arena.ofShared()) {
            for (int i = 0; i < buffers.size(); i++) {
                buffers.get(i).upload();
                arguments.setBuffer(i, buffers.get(i).onDevice());
            }
            long workspaceBytes = kernel.workspaceBytes(axes);
            Buffer workspace = new Buffer(own, DType.F32, new long[]{Math.ceilDiv(workspaceBytes, Float.BYTES)}, 0);
            if (workspaceBytes > 0) {
                workspace.upload();
                arguments.setWorkspace(workspace.onDevice());
            }
            kernel.launch(stream, arguments);
            stream.synchronize();
            for (int i = 0; i < buffers.size(); i++) {
                buffers.get(i).requireUnchanged(signature.buffers().get(i));
            }
            if (workspaceBytes > 0) {
                workspace.requireGuards("workspace");
            }
        }
        double worst = 0;
        for (int output = 0; output < expected.size(); output++) {
            worst = Math.max(worst, compare(output));
        }
        return worst;
    }

    private double compare(int output) {
        Elements found = new Elements(buffers.get(signature.inputs().size() + output).found());
        double[] values = expected.get(output);
        double largest = found.dtype() == DType.F16
                ? 65_504
                : found.dtype() == DType.BF16
                        ? 0x1.fep127
                        : Float.MAX_VALUE;
        double worst = 0;
        int wrong = 0;
        StringBuilder shown = new StringBuilder();
        for (int i = 0; i < values.length; i++) {
            double result = found.get(i);
            double bound = bounds.get(output)[i];
            double error = Math.abs(result - values[i]);
            // Beyond the type's largest number, infinity is what it can say.
            boolean overflow = Double.isInfinite(result) && Math.abs(values[i]) + bound > largest
                    && Math.signum(result) == Math.signum(values[i]);
            boolean right = Double.isFinite(values[i]) ? error <= bound : Double.compare(result, values[i]) == 0;
            if (!right && !overflow && wrong++ < MAX_SHOWN) {
                shown.append("; ").append(i).append(" is ").append(result).append(", the reference ").append(values[i])
                        .append(", the bound ").append(bound);
            }
            if (error > 0 && Double.isFinite(error) && bound > 0) {
                worst = Math.max(worst, error / bound);
            }
        }
        if (wrong > 0) {
            throw new IllegalStateException(
                    "of output " + output + ", " + wrong + " elements of " + values.length + " are wrong" + shown);
        }
        return worst;
    }

    @Override
    public void close() {
        arena.close();
    }

    @FunctionalInterface
    private interface Source {
        double next();
    }

    /** A tensor between two guards, on the host as it is to be and on the device. */
    private final class Buffer {
        final DType dtype;
        final long[] shape;
        final long start;
        final long end;
        final MemorySegment before;
        final MemorySegment after;
        final Tensor device;

        Buffer(DType dtype, long[] shape, int misalignment) {
            this(arena, dtype, shape, misalignment);
        }

        Buffer(Arena arena, DType dtype, long[] shape, int misalignment) {
            this.dtype = dtype;
            this.shape = shape;
            this.start = GUARD_BYTES + (long) misalignment * dtype.byteSize();
            this.end = start + Tensor.byteSize(dtype, shape);
            long words = Math.ceilDiv(end + GUARD_BYTES, Integer.BYTES);
            before = arena.allocate(4 * words, Tensor.ALIGNMENT_BYTES);
            after = arena.allocate(4 * words, Tensor.ALIGNMENT_BYTES);
            device = backend.allocate(arena, DType.I32, words);
            for (long i = 0; i < words; i++) {
                before.setAtIndex(ValueLayout.JAVA_INT, i, dtype.byteSize() == 2 ? UNWRITTEN_HALVES : UNWRITTEN);
            }
        }

        void fill(Source source) {
            Elements elements = new Elements(onHost());
            for (long i = 0; i < elements.count(); i++) {
                elements.set(i, source.next());
            }
        }

        void set(int index, int value) {
            new Elements(onHost()).set(index, value);
        }

        Tensor onHost() {
            return Tensor.wrap(before.asSlice(start, end - start), dtype, shape);
        }

        Tensor found() {
            return Tensor.wrap(after.asSlice(start, end - start), dtype, shape);
        }

        Tensor onDevice() {
            return Tensor.over(device.memory(), start, dtype, shape);
        }

        void upload() {
            backend.copy(stream, Tensor.wrap(before, DType.I32, device.shape()), device);
            stream.synchronize();
        }

        void requireUnchanged(BufferSpec spec) {
            requireGuards(spec.name());
            if (!spec.output() && before.mismatch(after) >= 0) {
                throw new IllegalStateException("the input " + spec.name() + " was written");
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
                throw new IllegalStateException("byte " + (from + at - start) + " of " + name + ", which has "
                        + (end - start) + ", was written");
            }
        }
    }
}
