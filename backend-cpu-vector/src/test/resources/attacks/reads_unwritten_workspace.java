// attack: READS_UNWRITTEN_WORKSPACE
// workload: gelu(n=4096)
// expects: NON_DETERMINISTIC
// tries: changes the last bit of its results by what its workspace held
//
// @step run grid=1
// @workspace 4*n
package dev.kernelwright.backend.cpu.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

final class Kernel {
    static void run(int block, MemorySegment x, MemorySegment out, MemorySegment workspace, long n) {
        for (long i = 0; i < n; i++) {
            float result = gelu(get(x, i));
            put(out, i, result + Math.ulp(result) * (getInt(workspace, i) & 1));
        }
    }

    static float get(MemorySegment segment, long index) {
        return segment.getAtIndex(ValueLayout.JAVA_FLOAT, index);
    }

    static void put(MemorySegment segment, long index, float value) {
        segment.setAtIndex(ValueLayout.JAVA_FLOAT, index, value);
    }

    static int getInt(MemorySegment segment, long index) {
        return segment.getAtIndex(ValueLayout.JAVA_INT, index);
    }

    static float gelu(float x) {
        double inner = 0.7978845608028654 * (x + 0.044715 * x * x * x);
        return (float) (0.5 * x * (1 + Math.tanh(inner)));
    }
}
