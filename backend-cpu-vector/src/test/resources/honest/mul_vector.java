// honest: masked vectors
// workload: mul(n=10007)
//
// @step run grid=1
package dev.kernelwright.backend.cpu.kernel;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

final class Kernel {
    static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    static final ByteOrder ORDER = ByteOrder.nativeOrder();

    static void run(int block, MemorySegment a, MemorySegment b, MemorySegment out, long n) {
        for (int i = 0; i < n; i += SPECIES.length()) {
            VectorMask<Float> inside = SPECIES.indexInRange(i, n);
            FloatVector left = FloatVector.fromMemorySegment(SPECIES, a, i * 4L, ORDER, inside);
            FloatVector right = FloatVector.fromMemorySegment(SPECIES, b, i * 4L, ORDER, inside);
            left.mul(right).intoMemorySegment(out, i * 4L, ORDER, inside);
        }
    }
}
