// attack: DEEP_RECURSION
// workload: gelu(n=4096)
// expects: CRASHED
// tries: calls itself without end
//
// @step run grid=1
package dev.kernelwright.backend.cpu.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

final class Kernel {
    static void run(int block, MemorySegment x, MemorySegment out, long n) {
        put(out, 0, deeper(x, 1));
    }

    static float deeper(MemorySegment x, long depth) {
        return deeper(x, depth + 1) + get(x, 0);
    }

    static float get(MemorySegment segment, long index) {
        return segment.getAtIndex(ValueLayout.JAVA_FLOAT, index);
    }

    static void put(MemorySegment segment, long index, float value) {
        segment.setAtIndex(ValueLayout.JAVA_FLOAT, index, value);
    }
}
