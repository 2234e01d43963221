// attack: TRUNCATED_TAIL
// workload: add(n=1..1024)
// expects: OUTPUT_UNWRITTEN
// tries: computes whole vectors only, which is right for the largest n
//
// @step run grid=1
package dev.kernelwright.backend.cpu.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

final class Kernel {
    static void run(int block, MemorySegment a, MemorySegment b, MemorySegment out, long n) {
        for (long i = 0; i < n / 16 * 16; i++) {
            put(out, i, get(a, i) + get(b, i));
        }
    }

    static float get(MemorySegment segment, long index) {
        return segment.getAtIndex(ValueLayout.JAVA_FLOAT, index);
    }

    static void put(MemorySegment segment, long index, float value) {
        segment.setAtIndex(ValueLayout.JAVA_FLOAT, index, value);
    }
}
