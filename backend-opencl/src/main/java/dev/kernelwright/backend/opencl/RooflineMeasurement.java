package dev.kernelwright.backend.opencl;

import dev.kernelwright.op.AxisRange;
import dev.kernelwright.op.BufferSpec;
import dev.kernelwright.op.Expression;
import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.spi.DeviceStream;
import dev.kernelwright.spi.KernelBinary;
import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.KernelTemplate;
import dev.kernelwright.spi.LaunchArguments;
import dev.kernelwright.spi.LoadedKernel;
import dev.kernelwright.spi.Roofline;
import dev.kernelwright.tensor.DType;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Measures a device: multiply-adds in registers, and copies of growing size. The best of several launches counts. */
final class RooflineMeasurement {
    private static final long[] WORKING_SETS = {1L << 20, 16L << 20, 256L << 20};
    private static final long COPIED_BYTES = 1L << 30;
    private static final int LAUNCHES = 6;
    private static final long FLOPS_PER_ITERATION = 2L * 16 * 8;
    private static final long ITEMS_PER_UNIT_OF_GPU = 1024;
    private static final long ITEMS_PER_UNIT_OF_CPU = 4;
    private static final long ITERATIONS = 1 << 16;

    private final OpenClBackend backend;
    private final OpenClDevice device;

    private RooflineMeasurement(OpenClBackend backend, OpenClDevice device) {
        this.backend = backend;
        this.device = device;
    }

    static Roofline measure(OpenClBackend backend, OpenClDevice device) {
        RooflineMeasurement measurement = new RooflineMeasurement(backend, device);
        try {
            List<Roofline.Bandwidth> bandwidths = new ArrayList<>();
            for (long bytes : WORKING_SETS) {
                if (bytes <= device.globalBytes() / 4 && bytes / 2 <= device.maxAllocationBytes()) {
                    bandwidths.add(new Roofline.Bandwidth(bytes, measurement.bytesPerSecond(bytes)));
                }
            }
            return new Roofline(measurement.flopsPerSecond(), bandwidths);
        } catch (KernelRejectedException e) {
            throw new IllegalStateException("the roofline of " + backend.device().name() + " cannot be measured: "
                    + e.getMessage(), e);
        }
    }

    private double flopsPerSecond() throws KernelRejectedException {
        long items = device.computeUnits() * (device.isGpu() ? ITEMS_PER_UNIT_OF_GPU : ITEMS_PER_UNIT_OF_CPU);
        long iterations = device.isGpu() ? ITERATIONS / 16 : ITERATIONS;
        double nanos = bestNanos("roofline_fma.cl", signature("n", items, "repeats", iterations), items);
        return FLOPS_PER_ITERATION * iterations * items / nanos * 1e9;
    }

    private double bytesPerSecond(long workingSetBytes) throws KernelRejectedException {
        long repeats = Math.max(2, COPIED_BYTES / workingSetBytes);
        long elements = workingSetBytes / 2 / Float.BYTES;
        double nanos = bestNanos("roofline_copy.cl", signature("n", elements, "repeats", repeats), elements);
        return (double) workingSetBytes * repeats / nanos * 1e9;
    }

    private static KernelSignature signature(String first, long extent, String second, long repeats) {
        Expression dim = Expression.parse(first);
        return new KernelSignature("roofline", 1, DType.F32,
                List.of(new AxisRange(first, extent, extent), new AxisRange(second, repeats, repeats)), Map.of(),
                List.of(new BufferSpec("x", DType.F32, List.of(dim), false, null),
                        new BufferSpec("out", DType.F32, List.of(dim), true, null)));
    }

    private double bestNanos(String file, KernelSignature signature, long elements) throws KernelRejectedException {
        KernelTemplate template = KernelTemplate.parse(OpenClBackend.LANGUAGE, KernelFiles.text(file));
        KernelBinary binary = backend.compile(template.expand(Map.of(), signature), signature);
        try (Arena arena = Arena.ofShared();
                LoadedKernel kernel = backend.load(binary, signature);
                DeviceStream stream = backend.newStream()) {
            LaunchArguments arguments = new LaunchArguments(2, 2);
            arguments.setBuffer(0, backend.allocate(arena, DType.F32, elements));
            arguments.setBuffer(1, backend.allocate(arena, DType.F32, elements));
            System.arraycopy(signature.maxAxes(), 0, arguments.axes(), 0, 2);
            long best = Long.MAX_VALUE;
            for (int launch = 0; launch < LAUNCHES; launch++) {
                long start = System.nanoTime();
                kernel.launch(stream, arguments);
                stream.synchronize();
                best = Math.min(best, System.nanoTime() - start);
            }
            return best;
        }
    }
}
