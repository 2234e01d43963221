// attack: RACE_BETWEEN_BLOCKS
// workload: gelu(n=1048576)
// expects: NON_DETERMINISTIC
// tries: lets the order in which blocks end decide about the last bit of a result
//
// @step clear grid=1
// @step run grid=128
// @workspace 4
package dev.kernelwright.backend.cpu.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

final class Kernel {
    static void run(int block, MemorySegment x, MemorySegment out, MemorySegment workspace, long n) {
        long first = block * (n / 128);
        for (long i = first; i < first + n / 128; i++) {
            put(out, i, gelu(get(x, i)));
        }
        int ended = getInt(workspace, 0);
        putInt(workspace, 0, ended + 1);
        put(out, first, get(out, first) + Math.ulp(get(out, first)) * (ended & 1));
    }

    static void clear(int block, MemorySegment x, MemorySegment out, MemorySegment workspace, long n) {
        putInt(workspace, 0, 0);
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
