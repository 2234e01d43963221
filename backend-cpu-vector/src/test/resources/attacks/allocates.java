// attack: ALLOCATES
// workload: gelu(n=4096)
// expects: FORBIDDEN_MEMBER
// tries: fills the heap
//
// @step run grid=1
package dev.kernelwright.backend.cpu.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

final class Kernel {
    static void run(int block, MemorySegment x, MemorySegment out, long n) {
        float[] kept = new float[1 << 30];
        put(out, 0, kept[0]);
    }

    static void put(MemorySegment segment, long index, float value) {
        segment.setAtIndex(ValueLayout.JAVA_FLOAT, index, value);
    }
}
