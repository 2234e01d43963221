package dev.kernelwright.backend.cpu;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** The loops with which the processor's limits are measured. */
interface RooflineLoops {
    /** Independent chains of multiply-adds: two a cycle with a latency of four, and some to spare. */
    int ACCUMULATORS = 10;

    /** Runs ten chains of multiply-adds in registers. */
    float multiplyAdd(int rounds, float start);

    /** Sums memory; {@code bytes} is a multiple of eight vectors. */
    float sum(MemorySegment memory, long start, long bytes);

    /** The loops over the Vector API; only ever defined as a hidden class. */
    final class VectorLoops implements RooflineLoops {
        private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

        VectorLoops() {}

        /** Eight accumulators, so that the loads are waited for and not the additions. */
        @Override
        public float sum(MemorySegment memory, long start, long bytes) {
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

        /** No more chains than are needed: C1 fails on methods with too many, and C2 may then never come. */
        @Override
        public float multiplyAdd(int rounds, float start) {
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
            }
            FloatVector a = a0.add(a1).add(a2.add(a3)).add(a4.add(a5).add(a6.add(a7)));
            return a.add(b0.add(b1)).reduceLanes(VectorOperators.ADD);
        }
    }
}
