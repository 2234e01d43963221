// attack: READ_BEHIND
// workload: add(n=1001)
// expects: OUT_OF_BOUNDS
// tries: reads a whole vector where a part of one is left
//
// @step run grid=1
package dev.kernelwright.backend.cpu.kernel;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

final class Kernel {
    static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

    static void run(int block, MemorySegment a, MemorySegment b, MemorySegment out, long n) {
        for (int i = 0; i < n; i += SPECIES.length()) {
            FloatVector.fromMemorySegment(SPECIES, a, i * 4L, ByteOrder.nativeOrder())
                    .add(FloatVector.fromMemorySegment(SPECIES, b, i * 4L, ByteOrder.nativeOrder()))
                    .intoMemorySegment(out, i * 4L, ByteOrder.nativeOrder());
        }
    }
}
