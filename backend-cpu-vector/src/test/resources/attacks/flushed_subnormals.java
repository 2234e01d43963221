// attack: HIDDEN_SPECIALS
// workload: mul(n=4096)
// expects: WRONG_NUMERICS
// tries: gives zero where a result is subnormal
//
// @step run grid=1
package dev.kernelwright.backend.cpu.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

final class Kernel {
    static void run(int block, MemorySegment a, MemorySegment b, MemorySegment out, long n) {
        for (long i = 0; i < n; i++) {
            float product = get(a, i) * get(b, i);
            put(out, i, Math.abs(product) < Float.MIN_NORMAL ? 0 : product);
        }
    }

    static float get(MemorySegment segment, long index) {
        return segment.getAtIndex(ValueLayout.JAVA_FLOAT, index);
    }

    static void put(MemorySegment segment, long index, float value) {
        segment.setAtIndex(ValueLayout.JAVA_FLOAT, index, value);
    }
}
