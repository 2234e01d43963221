package dev.kernelwright.backend.cpu;

import dev.kernelwright.spi.BlockBody;
import dev.kernelwright.spi.BlockPool;
import dev.kernelwright.spi.LaunchArguments;
import dev.kernelwright.spi.Roofline;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Measures what the processor can do at most: fused multiply-adds in registers, and copying or reading memory.
 *
 * <p>Every figure is the best of many short runs, since a ceiling is asked for and a busy machine only ever lowers it.
 */
final class RooflineMeasurement {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();
    /** HotSpot may compile a loop badly for good; that it does so every time is not to be feared. */
    private static final int DEFINITIONS = 2;
    private static final int FMA_ROUNDS = 20_000;
    /** Short calls, so that HotSpot counts many and compiles the method rather than one long run of its loop. */
    private static final int WARM_UP_ROUNDS = 32;
    private static final int WARM_UP_CALLS = 50_000;
    private static final long WARM_UP_NANOS = 800_000_000L;
    /** What is once compiled is at its speed within a few runs; longer, the best of a busy machine is waited for. */
    private static final long NANOS_PER_FIGURE = 60_000_000L;
    /** All threads together: within the first, second and third level of cache, about at its end, and beyond. */
    private static final long[] WORKING_SETS = {32L << 10, 512L << 10, 8L << 20, 64L << 20, 256L << 20};
    /** What a thread moves in one run, so that waking it does not count. */
    private static final long BYTES_PER_RUN = 16L << 20;

    private final BlockPool pool;
    private final RooflineLoops loops;
    private final float[] sinks;

    private RooflineMeasurement(BlockPool pool) {
        this.pool = pool;
        this.loops = defineLoops();
        this.sinks = new float[pool.parallelism() * LANES];
    }

    static Roofline measure(BlockPool pool) {
        try (Arena arena = Arena.ofShared()) {
            // Once for all definitions: to get as much memory from the system takes longer than to measure it.
            MemorySegment memory = arena.allocate(WORKING_SETS[WORKING_SETS.length - 1], 64);
            memory.fill((byte) 0x3c);
            Roofline best = new RooflineMeasurement(pool).measure(memory);
            for (int definition = 1; definition < DEFINITIONS; definition++) {
                best = best(best, new RooflineMeasurement(pool).measure(memory));
            }
            return best;
        }
    }

    private static Roofline best(Roofline one, Roofline other) {
        List<Roofline.Bandwidth> bandwidths = new ArrayList<>();
        for (int i = 0; i < one.bandwidths().size(); i++) {
            Roofline.Bandwidth bandwidth = one.bandwidths().get(i);
            bandwidths.add(new Roofline.Bandwidth(bandwidth.workingSetBytes(),
                    Math.max(bandwidth.bytesPerSecond(), other.bandwidths().get(i).bytesPerSecond())));
        }
        return new Roofline(Math.max(one.flopsPerSecond(), other.flopsPerSecond()), bandwidths);
    }

    private Roofline measure(MemorySegment memory) {
        int threads = pool.parallelism();
        warmUp(() -> sinks[0] = loops.multiplyAdd(WARM_UP_ROUNDS, sinks[0]));
        double flops = 2.0 * RooflineLoops.ACCUMULATORS * LANES * FMA_ROUNDS * threads;
        double flopsPerSecond =
                flops / bestSeconds((thread, _) -> sinks[thread * LANES] = loops.multiplyAdd(FMA_ROUNDS, 1f));
        List<Roofline.Bandwidth> bandwidths = new ArrayList<>();
        long shortBytes = 4L * WARM_UP_ROUNDS * SPECIES.vectorByteSize();
        warmUp(() -> sinks[0] += loops.sum(memory, 0, shortBytes));
        warmUp(() -> MemorySegment.copy(memory, 0, memory, shortBytes, shortBytes));
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
                    sinks[thread * LANES] += loops.sum(memory, 2L * thread * part, 2L * part);
                }
            });
            bandwidths.add(new Roofline.Bandwidth(workingSet,
                    2.0 * part * threads * repeats / Math.min(copy, read)));
        }
        return new Roofline(flopsPerSecond, decreasing(bandwidths));
    }

    /** Less memory is never slower than more: where it was measured so, the machine was busy at that moment. */
    private static List<Roofline.Bandwidth> decreasing(List<Roofline.Bandwidth> measured) {
        List<Roofline.Bandwidth> result = new ArrayList<>();
        double best = 0;
        for (Roofline.Bandwidth bandwidth : measured.reversed()) {
            best = Math.max(best, bandwidth.bytesPerSecond());
            result.addFirst(new Roofline.Bandwidth(bandwidth.workingSetBytes(), best));
        }
        return result;
    }

    private static void warmUp(Runnable call) {
        long deadline = System.nanoTime() + WARM_UP_NANOS;
        for (int i = 0; i < WARM_UP_CALLS && System.nanoTime() - deadline < 0; i++) {
            call.run();
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

    /** Defines the loops anew, with a profile and machine code of their own. */
    private static RooflineLoops defineLoops() {
        String name = RooflineLoops.VectorLoops.class.getName();
        try (InputStream in = RooflineMeasurement.class
                .getResourceAsStream(name.substring(name.lastIndexOf('.') + 1) + ".class")) {
            byte[] bytes = Objects.requireNonNull(in, "the class " + name + " is missing from this library's own jar")
                    .readAllBytes();
            MethodHandles.Lookup hidden = MethodHandles.lookup().defineHiddenClass(bytes, true);
            return (RooflineLoops) hidden.findConstructor(hidden.lookupClass(), MethodType.methodType(void.class))
                    .invoke();
        } catch (Throwable t) {
            throw new IllegalStateException("the loops that measure the roofline cannot be defined", t);
        }
    }
}
