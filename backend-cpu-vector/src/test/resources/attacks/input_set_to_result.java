// attack: INPUT_MUTATED
// workload: add(n=4096)
// expects: INPUT_MUTATED
// tries: sets its inputs so that a reference computed afterwards agrees
//
// @step run grid=1
package dev.kernelwright.backend.cpu.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

final class Kernel {
    static void run(int block, MemorySegment a, MemorySegment b, MemorySegment out, long n) {
        for (long i = 0; i < n; i++) {
            put(a, i, 0);
            put(b, i, 0);
            put(out, i, 0);
        }
    }

    static void put(MemorySegment segment, long index, float value) {
        segment.setAtIndex(ValueLayout.JAVA_FLOAT, index, value);
    }
}
