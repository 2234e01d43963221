// mul: out[i] = a[i] * b[i], a block of BLOCK elements at a time.
//
// One vector a turn, since C2 unrolls the loop by itself. The tail, a masked vector, has a method of its own, so that
// the loop's is small, and compiled soon. An n of at most BLOCK is one block, which the calling thread runs alone.
//
// @parameter BLOCK 32768 4096 8192 16384 65536 262144
// @require BLOCK == 32768 || n > BLOCK / 4
// @step run grid=ceil_div(n,BLOCK)
package dev.kernelwright.backend.cpu.kernel;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

final class Mul {
    static final int BLOCK = 32768;

    static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    static final int LANES = SPECIES.length();
    static final ByteOrder ORDER = ByteOrder.nativeOrder();

    static void run(int block, MemorySegment a, MemorySegment b, MemorySegment out, long n) {
        long first = (long) block * BLOCK;
        int count = (int) Math.min(BLOCK, n - first);
        int whole = SPECIES.loopBound(count);
        compute(a, b, out, 4 * first, whole);
        if (whole < count) {
            computeTail(a, b, out, 4 * (first + whole), count - whole);
        }
    }

    static void compute(MemorySegment a, MemorySegment b, MemorySegment out, long start, int count) {
        for (int i = 0; i < count; i += LANES) {
            long at = start + i * 4L;
            FloatVector av = FloatVector.fromMemorySegment(SPECIES, a, at, ORDER);
            FloatVector bv = FloatVector.fromMemorySegment(SPECIES, b, at, ORDER);
            av.mul(bv).intoMemorySegment(out, at, ORDER);
        }
    }

    static void computeTail(MemorySegment a, MemorySegment b, MemorySegment out, long at, int count) {
        VectorMask<Float> inside = SPECIES.indexInRange(0, count);
        FloatVector av = FloatVector.fromMemorySegment(SPECIES, a, at, ORDER, inside);
        FloatVector bv = FloatVector.fromMemorySegment(SPECIES, b, at, ORDER, inside);
        av.mul(bv).intoMemorySegment(out, at, ORDER, inside);
    }
}
