// attack: STATE_IN_OUTPUT
// workload: gelu(n=16384)
// expects: STATEFUL
// tries: leaves its output as it is if three elements are right
//
// @step run grid=1
package dev.kernelwright.backend.cpu.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

final class Kernel {
    static void run(int block, MemorySegment x, MemorySegment out, long n) {
        if (same(x, out, 0) && same(x, out, n / 2) && same(x, out, n - 1)) {
            return;
        }
        for (long i = 0; i < n; i++) {
            put(out, i, gelu(get(x, i)));
        }
    }

    static boolean same(MemorySegment x, MemorySegment out, long index) {
        return Float.floatToRawIntBits(get(out, index)) == Float.floatToRawIntBits(gelu(get(x, index)));
    }

    static float get(MemorySegment segment, long index) {
        return segment.getAtIndex(ValueLayout.JAVA_FLOAT, index);
    }

    static void put(MemorySegment segment, long index, float value) {
        segment.setAtIndex(ValueLayout.JAVA_FLOAT, index, value);
    }

    static float gelu(float x) {
        double inner = 0.7978845608028654 * (x + 0.044715 * x * x * x);
        return (float) (0.5 * x * (1 + Math.tanh(inner)));
    }
}
