// attack: ENDLESS_LOOP
// workload: gelu(n=4096)
// expects: TIMEOUT
// tries: counts to a number that takes years to reach
//
// @step run grid=1
package dev.kernelwright.backend.cpu.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

final class Kernel {
    static void run(int block, MemorySegment x, MemorySegment out, long n) {
        float sum = 0;
        for (long i = 0; i < 1L << 60; i++) {
            sum = Math.fma(sum, 0.5f, get(x, i & 63));
        }
        put(out, 0, sum);
    }

    static float get(MemorySegment segment, long index) {
        return segment.getAtIndex(ValueLayout.JAVA_FLOAT, index);
    }

    static void put(MemorySegment segment, long index, float value) {
        segment.setAtIndex(ValueLayout.JAVA_FLOAT, index, value);
    }
}
