// attack: MALFORMED_SOURCE
// workload: gelu(n=4096)
// expects: COMPILE_ERROR
// tries: is no Java
//
// @step run grid=1
package dev.kernelwright.backend.cpu.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

final class Kernel {
    static void run(int block, MemorySegment x, MemorySegment out, long n) {
        for (long i = 0; i < n; i++) {
            put(out, i, gelu(get(x i)));
        }
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
