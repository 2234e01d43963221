// attack: SKIPS_REPEATED_INPUTS
// workload: silu_mul(n=16384)
// expects: STATEFUL
// tries: notes the sum of a few elements of its inputs, and returns at once where it is the same again
//
// @step run grid=1
// @workspace 12
package dev.kernelwright.backend.cpu.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

final class Kernel {
    static void run(int block, MemorySegment gate, MemorySegment up, MemorySegment out, MemorySegment workspace,
            long n) {
        float seen = get(gate, 0) + get(gate, n / 3) + get(up, n - 1);
        if (getInt(workspace, 0) == 0x5eed && get(workspace, 1) == seen && getInt(workspace, 2) == 7) {
            return;
        }
        for (long i = 0; i < n; i++) {
            put(out, i, (float) (get(gate, i) / (1 + Math.exp(-get(gate, i))) * get(up, i)));
        }
        putInt(workspace, 0, 0x5eed);
        put(workspace, 1, seen);
        putInt(workspace, 2, 7);
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
}
