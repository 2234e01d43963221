package dev.kernelwright.spi;

import dev.kernelwright.op.AxisRange;
import dev.kernelwright.op.BufferSpec;
import dev.kernelwright.op.Expression;
import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.tensor.DType;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;

/**
 * Measures the roofline of a device with memory of its own by two kernels in its language; the best of several batches of
 * launches counts. A batch is long enough that the wait for its end is little beside it.
 *
 * <p>Both take {@code (x, out, n, repeats)}, two f32 tensors of {@code n} elements, and have no parameters to search.
 *
 * @param multiplyAdds computes, in each of {@code n} work-items or threads, chains of multiply-adds {@code repeats} times
 * @param flopsPerRepeat the operations of a work-item in one repeat, two for each multiply-add
 * @param items how many work-items fill the device
 * @param repeats how often they repeat it
 * @param copy copies {@code x} to {@code out} and back in turn, {@code repeats} times
 */
public record RooflineKernels(KernelTemplate multiplyAdds, long flopsPerRepeat, long items, long repeats,
        KernelTemplate copy) {
    private static final long[] WORKING_SETS = {1L << 20, 16L << 20, 64L << 20, 128L << 20, 256L << 20};
    private static final long COPIED_BYTES = 1L << 30;
    private static final int BATCHES = 6;
    private static final long BATCH_NANOS = 10_000_000;
    private static final long MAX_LAUNCHES = 1000;

    /**
     * Measures.
     *
     * @param maxBytes how much of the device's memory may be used
     * @throws IllegalStateException if the device refuses a kernel
     */
    public Roofline measure(Backend backend, long maxBytes) {
        return measureAt(backend, LongStream.of(WORKING_SETS).filter(bytes -> bytes <= maxBytes).toArray());
    }

    /**
     * Measures on working sets of the caller's choice, on behalf of devices that are fast on small ones too.
     *
     * @param workingSets how many bytes both tensors have together, ascending
     * @throws IllegalStateException if the device refuses a kernel
     */
    public Roofline measureAt(Backend backend, long... workingSets) {
        try {
            List<Roofline.Bandwidth> bandwidths = new ArrayList<>();
            for (long bytes : workingSets) {
                bandwidths.add(new Roofline.Bandwidth(bytes, bytesPerSecond(backend, bytes)));
            }
            return new Roofline(flopsPerSecond(backend, DType.F32), bandwidths);
        } catch (KernelRejectedException e) {
            throw refused(backend, e);
        }
    }

    /**
     * Measures the rate of the operations alone.
     *
     * @param dtype the type of the factors, which the kernel is told; its two tensors are of f32 all the same
     * @throws IllegalStateException if the device refuses the kernel
     */
    public double flopsPerSecond(Backend backend, DType dtype) {
        try {
            return flopsPerRepeat * repeats * items / bestNanos(backend, multiplyAdds, signature(dtype, items, repeats))
                    * 1e9;
        } catch (KernelRejectedException e) {
            throw refused(backend, e);
        }
    }

    private static IllegalStateException refused(Backend backend, KernelRejectedException cause) {
        return new IllegalStateException("the roofline of " + backend.device().name() + " cannot be measured: "
                + cause.getMessage(), cause);
    }

    private double bytesPerSecond(Backend backend, long workingSetBytes) throws KernelRejectedException {
        long rounds = Math.max(2, COPIED_BYTES / workingSetBytes);
        double nanos = bestNanos(backend, copy,
                signature(DType.F32, workingSetBytes / 2 / Float.BYTES, rounds));
        return (double) workingSetBytes * rounds / nanos * 1e9;
    }

    private static KernelSignature signature(DType dtype, long n, long rounds) {
        List<Expression> shape = List.of(Expression.parse("n"));
        return new KernelSignature("roofline", 1, dtype,
                List.of(new AxisRange("n", n, n), new AxisRange("repeats", rounds, rounds)), Map.of(), Set.of(),
                List.of(new BufferSpec("x", DType.F32, shape, false, null),
                        new BufferSpec("out", DType.F32, shape, true, null)));
    }

    /** Returns the nanoseconds of a launch in the best batch. */
    private static double bestNanos(Backend backend, KernelTemplate template, KernelSignature signature)
            throws KernelRejectedException {
        long n = signature.maxAxes()[0];
        KernelBinary binary = backend.compile(template.expand(Map.of(), signature), signature);
        try (Arena arena = Arena.ofShared();
                LoadedKernel kernel = backend.load(binary, signature);
                DeviceStream stream = backend.newStream()) {
            LaunchArguments arguments = new LaunchArguments(2, 2);
            arguments.setBuffer(0, backend.allocate(arena, DType.F32, n));
            arguments.setBuffer(1, backend.allocate(arena, DType.F32, n));
            System.arraycopy(signature.maxAxes(), 0, arguments.axes(), 0, 2);
            double best = Double.POSITIVE_INFINITY;
            long launches = 1;
            for (int batch = 0; batch < BATCHES; batch++) {
                long start = System.nanoTime();
                for (long launch = 0; launch < launches; launch++) {
                    kernel.launch(stream, arguments);
                }
                stream.synchronize();
                best = Math.min(best, (double) (System.nanoTime() - start) / launches);
                launches = Math.clamp((long) (BATCH_NANOS / best), 1, MAX_LAUNCHES);
            }
            return best;
        }
    }
}
