package dev.kernelwright.spi;

import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.op.Relaxation;
import dev.kernelwright.op.Workload;
import dev.kernelwright.tensor.DType;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a device can do at most, measured.
 *
 * <p>A kernel takes at least as long as its operations at the peak rate and as its compulsory bytes at the bandwidth of
 * the level of memory that holds them (Williams, Waterman and Patterson, "Roofline", CACM 52(4), 2009).
 *
 * @param flopsPerSecond the peak rate of fused multiply-adds, counted as two operations each
 * @param bandwidths the bandwidth for growing working sets, at least one
 */
public record Roofline(double flopsPerSecond, List<Bandwidth> bandwidths) {
    /** Copies the bandwidths. */
    public Roofline {
        bandwidths = List.copyOf(bandwidths);
        if (bandwidths.isEmpty()) {
            throw new IllegalArgumentException("a roofline was given no bandwidth: measure at least one");
        }
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
        return new Roofline(Math.max(flopsPerSecond, other.flopsPerSecond), best.entrySet().stream()
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

    /** Returns the time below which no kernel can be, in nanoseconds. */
    public double floorNanos(long flops, long bytes) {
        return Math.max(flops / flopsPerSecond, bytes / bytesPerSecond(bytes)) * 1e9;
    }

    /**
     * Returns the time below which no kernel for a workload can be, in nanoseconds. The peak rate is one of f32, which units
     * for matrices leave behind: where factors may be of a half type or TF32, the bytes alone count.
     */
    public double floorNanos(Workload workload, long[] axisValues) {
        KernelSignature signature = workload.signature();
        boolean counted = signature.dtype() == DType.F32 && !signature.relaxations().contains(Relaxation.TF32);
        return floorNanos(counted ? workload.flops(axisValues) : 0, workload.bytes(axisValues));
    }
}
