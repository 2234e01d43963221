package dev.kernelwright.spi;

import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.op.Relaxation;
import dev.kernelwright.op.Workload;
import dev.kernelwright.tensor.DType;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a device can do at most, measured.
 *
 * <p>A kernel takes at least as long as its operations at the peak rate and as its compulsory bytes at the bandwidth of
 * the level of memory that holds them (Williams, Waterman and Patterson, "Roofline", CACM 52(4), 2009).
 *
 * @param flopsPerSecond the peak rate of fused multiply-adds in f32, counted as two operations each
 * @param matrixFlopsPerSecond the peak rate of products of matrices whose elements are of a type, to the precision of f32,
 *        where the device has units for matrices; for f32 itself a third of what they do with TF32, since an element takes
 *        two of that and a product at least three of their four products
 * @param bandwidths the bandwidth for growing working sets, at least one
 */
public record Roofline(double flopsPerSecond, Map<DType, Double> matrixFlopsPerSecond, List<Bandwidth> bandwidths) {
    private static final int TF32_PRODUCTS_PER_F32_PRODUCT = 3;

    /** Copies the rates and the bandwidths. */
    public Roofline {
        matrixFlopsPerSecond = Map.copyOf(matrixFlopsPerSecond);
        bandwidths = List.copyOf(bandwidths);
        if (bandwidths.isEmpty()) {
            throw new IllegalArgumentException("a roofline was given no bandwidth: measure at least one");
        }
    }

    /** Creates the roofline of a device without units for matrices. */
    public Roofline(double flopsPerSecond, List<Bandwidth> bandwidths) {
        this(flopsPerSecond, Map.of(), bandwidths);
    }

    /**
     * The best bandwidth seen for a working set.
     *
     * @param workingSetBytes the memory touched
     * @param bytesPerSecond bytes read plus bytes written, per second
     */
    public record Bandwidth(long workingSetBytes, double bytesPerSecond) {}

    /** Returns the best of two measurements of one device. */
    Roofline orBetter(Roofline other) {
        Map<Long, Double> best = new TreeMap<>();
        for (Roofline each : List.of(this, other)) {
            each.bandwidths.forEach(b -> best.merge(b.workingSetBytes(), b.bytesPerSecond(), Math::max));
        }
        Map<DType, Double> matrices = new EnumMap<>(DType.class);
        for (Roofline each : List.of(this, other)) {
            each.matrixFlopsPerSecond.forEach((dtype, rate) -> matrices.merge(dtype, rate, Math::max));
        }
        return new Roofline(Math.max(flopsPerSecond, other.flopsPerSecond), matrices, best.entrySet().stream()
                .map(entry -> new Bandwidth(entry.getKey(), entry.getValue())).toList());
    }

    /** Returns the bandwidth for a working set: that of the largest measured one which is not larger. */
    public double bytesPerSecond(long workingSetBytes) {
        double best = bandwidths.getFirst().bytesPerSecond();
        for (Bandwidth bandwidth : bandwidths) {
            if (bandwidth.workingSetBytes() <= workingSetBytes) {
                best = bandwidth.bytesPerSecond();
            }
        }
        return best;
    }

    /** Returns the peak rate of operations for a signature, in whichever unit is the fastest. */
    public double flopsPerSecond(KernelSignature signature) {
        double products = matrixFlopsPerSecond.getOrDefault(signature.dtype(), 0.0);
        if (signature.dtype() == DType.F32 && signature.relaxations().contains(Relaxation.TF32)) {
            products *= TF32_PRODUCTS_PER_F32_PRODUCT;
        }
        return Math.max(flopsPerSecond, products);
    }

    /** Returns the time below which no kernel for a workload can be, in nanoseconds. */
    public double floorNanos(Workload workload, long[] axisValues) {
        long bytes = workload.bytes(axisValues);
        return Math.max(workload.flops(axisValues) / flopsPerSecond(workload.signature()),
                bytes / bytesPerSecond(bytes)) * 1e9;
    }
}
