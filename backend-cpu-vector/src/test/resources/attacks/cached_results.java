// attack: STATE_IN_WORKSPACE
// workload: gelu(n=16384)
// expects: STATEFUL
// tries: keeps results in its workspace, and copies them while three elements of the input are the same
//
// @step run grid=1
// @workspace 4*n+16
package dev.kernelwright.backend.cpu.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

final class Kernel {
    static void run(int block, MemorySegment x, MemorySegment out, MemorySegment workspace, long n) {
        boolean same = getInt(workspace, n) == 0x5eed && get(workspace, n + 1) == get(x, 0)
                && get(workspace, n + 2) == get(x, n / 2) && get(workspace, n + 3) == get(x, n - 1);
        if (!same) {
            for (long i = 0; i < n; i++) {
                put(workspace, i, gelu(get(x, i)));
            }
            putInt(workspace, n, 0x5eed);
            put(workspace, n + 1, get(x, 0));
            put(workspace, n + 2, get(x, n / 2));
            put(workspace, n + 3, get(x, n - 1));
        }
        out.copyFrom(workspace.asSlice(0, 4 * n));
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
