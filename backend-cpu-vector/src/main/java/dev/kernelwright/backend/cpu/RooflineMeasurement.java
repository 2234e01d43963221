package dev.kernelwright.backend.cpu;

import dev.kernelwright.spi.BlockBody;
import dev.kernelwright.spi.BlockPool;
import dev.kernelwright.spi.LaunchArguments;
import dev.kernelwright.spi.Roofline;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Measures what the processor can do at most: fused multiply-adds in registers, and copying or reading memory.
 *
 * <p>Every figure is the best of many short runs, since a ceiling is asked for and a busy machine only ever lowers it.
 */
final class RooflineMeasurement {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();
    private static final int ACCUMULATORS = 16;
    private static final int FMA_ROUNDS = 20_000;
    /** Short calls, so that HotSpot counts many and compiles the method rather than one long run of its loop. */
    private static final int WARM_UP_ROUNDS = 32;
    private static final int WARM_UP_CALLS = 20_000;
    private static final long WARM_UP_NANOS = 1_000_000_000L;
    private static final long NANOS_PER_FIGURE = 120_000_000L;
    /** All threads together: within the first, second and third level of cache, about at its end, and beyond. */
    private static final long[] WORKING_SETS = {32L << 10, 512L << 10, 8L << 20, 64L << 20, 256L << 20};
    /** What a thread moves in one run, so that waking it does not count. */
    private static final long BYTES_PER_RUN = 16L << 20;

    private final BlockPool pool;
    private final float[] sinks;

    private RooflineMeasurement(BlockPool pool) {
        this.pool = pool;
        this.sinks = new float[pool.parallelism() * LANES];
    }

    static Roofline measure(BlockPool pool) {
        return new RooflineMeasurement(pool).measure();
    }

    private Roofline measure() {
        int threads = pool.parallelism();
        warmUp();
        double flops = 2.0 * ACCUMULATORS * LANES * FMA_ROUNDS * threads;
        double flopsPerSecond = flops / bestSeconds((thread, _) -> sinks[thread * LANES] = multiplyAdd(FMA_ROUNDS, 1f));
        List<Roofline.Bandwidth> bandwidths = new ArrayList<>();
        try (Arena arena = Arena.ofShared()) {
            MemorySegment memory = arena.allocate(WORKING_SETS[WORKING_SETS.length - 1], 64);
            memory.fill((byte) 0x3c);
            for (long workingSet : WORKING_SETS) {
                long part = (workingSet / threads / 2) & -(8L * SPECIES.vectorByteSize());
                long repeats = Math.max(1, BYTES_PER_RUN / (2 * part));
                double copy = bestSeconds((thread, _) -> {
                    for (long i = 0; i < repeats; i++) {
                        MemorySegment.copy(memory, 2L * thread * part, memory, (2L * thread + 1) * part, part);
                    }
                });
                double read = bestSeconds((thread, _) -> {
                    for (long i = 0; i < repeats; i++) {
                        sinks[thread * LANES] += sum(memory, 2L * thread * part, 2L * part);
                    }
                });
                bandwidths.add(new Roofline.Bandwidth(workingSet,
                        2.0 * part * threads * repeats / Math.min(copy, read)));
            }
        }
        return new Roofline(flopsPerSecond, bandwidths);
    }

    private void warmUp() {
        long deadline = System.nanoTime() + WARM_UP_NANOS;
        for (int call = 0; call < WARM_UP_CALLS && System.nanoTime() - deadline < 0; call++) {
            sinks[0] = multiplyAdd(WARM_UP_ROUNDS, sinks[0]);
        }
    }

    /** The shortest time of one run of the body on every thread at once. */
    private double bestSeconds(BlockBody body) {
        LaunchArguments none = new LaunchArguments(0, 0);
        long deadline = System.nanoTime() + NANOS_PER_FIGURE;
        long best = Long.MAX_VALUE;
        do {
            long start = System.nanoTime();
            pool.run(pool.parallelism(), body, none);
            best = Math.min(best, System.nanoTime() - start);
        } while (System.nanoTime() - deadline < 0);
        return best * 1e-9;
    }

    /** Eight accumulators, so that the loads are waited for and not the additions. */
    private static float sum(MemorySegment memory, long start, long bytes) {
        FloatVector s0 = FloatVector.zero(SPECIES);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        FloatVector s4 = s0;
        FloatVector s5 = s0;
        FloatVector s6 = s0;
        FloatVector s7 = s0;
        long step = SPECIES.vectorByteSize();
        for (long i = start; i < start + bytes; i += 8 * step) {
            s0 = s0.add(load(memory, i));
            s1 = s1.add(load(memory, i + step));
            s2 = s2.add(load(memory, i + 2 * step));
            s3 = s3.add(load(memory, i + 3 * step));
            s4 = s4.add(load(memory, i + 4 * step));
            s5 = s5.add(load(memory, i + 5 * step));
            s6 = s6.add(load(memory, i + 6 * step));
            s7 = s7.add(load(memory, i + 7 * step));
        }
        return s0.add(s1).add(s2.add(s3)).add(s4.add(s5).add(s6.add(s7))).reduceLanes(VectorOperators.ADD);
    }

    private static FloatVector load(MemorySegment memory, long at) {
        return FloatVector.fromMemorySegment(SPECIES, memory, at, ByteOrder.nativeOrder());
    }

    /** Sixteen independent chains hide the latency of a multiply-add on every processor known to us. */
    private static float multiplyAdd(int rounds, float start) {
        FloatVector m = FloatVector.broadcast(SPECIES, 0.999f);
        FloatVector c = FloatVector.broadcast(SPECIES, 1e-3f);
        FloatVector a0 = FloatVector.broadcast(SPECIES, start);
        FloatVector a1 = a0.add(1f);
        FloatVector a2 = a0.add(2f);
        FloatVector a3 = a0.add(3f);
        FloatVector a4 = a0.add(4f);
        FloatVector a5 = a0.add(5f);
        FloatVector a6 = a0.add(6f);
        FloatVector a7 = a0.add(7f);
        FloatVector b0 = a0.add(8f);
        FloatVector b1 = a0.add(9f);
        FloatVector b2 = a0.add(10f);
        FloatVector b3 = a0.add(11f);
        FloatVector b4 = a0.add(12f);
        FloatVector b5 = a0.add(13f);
        FloatVector b6 = a0.add(14f);
        FloatVector b7 = a0.add(15f);
        for (int i = 0; i < rounds; i++) {
            a0 = a0.fma(m, c);
            a1 = a1.fma(m, c);
            a2 = a2.fma(m, c);
            a3 = a3.fma(m, c);
            a4 = a4.fma(m, c);
            a5 = a5.fma(m, c);
            a6 = a6.fma(m, c);
            a7 = a7.fma(m, c);
            b0 = b0.fma(m, c);
            b1 = b1.fma(m, c);
            b2 = b2.fma(m, c);
            b3 = b3.fma(m, c);
            b4 = b4.fma(m, c);
            b5 = b5.fma(m, c);
            b6 = b6.fma(m, c);
            b7 = b7.fma(m, c);
        }
        FloatVector a = a0.add(a1).add(a2.add(a3)).add(a4.add(a5).add(a6.add(a7)));
        FloatVector b = b0.add(b1).add(b2.add(b3)).add(b4.add(b5).add(b6.add(b7)));
        return a.add(b).reduceLanes(VectorOperators.ADD);
    }
}
