// attack: FIRST_CALLS_ONLY
// workload: gelu(n=16384)
// expects: STATEFUL
// tries: counts its calls in its workspace, and does nothing after the twentieth
//
// @step run grid=1
// @workspace 8
package dev.kernelwright.backend.cpu.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

final class Kernel {
    static void run(int block, MemorySegment x, MemorySegment out, MemorySegment workspace, long n) {
        int calls = getInt(workspace, 0) == 0x5eed ? getInt(workspace, 1) + 1 : 0;
        putInt(workspace, 0, 0x5eed);
        putInt(workspace, 1, calls);
        if (calls < 20) {
            for (long i = 0; i < n; i++) {
                put(out, i, gelu(get(x, i)));
            }
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

    static void putInt(MemorySegment segment, long index, int value) {
        segment.setAtIndex(ValueLayout.JAVA_INT, index, value);
    }

    static float gelu(float x) {
        double inner = 0.7978845608028654 * (x + 0.044715 * x * x * x);
        return (float) (0.5 * x * (1 + Math.tanh(inner)));
    }
}
