// attack: HIDDEN_SPECIALS
// workload: sum(rows=8,cols=512)
// expects: WRONG_NUMERICS
// tries: compensates a sum as Kahan does, which makes an infinite one a NaN
//
// @step run grid=1
package dev.kernelwright.backend.cpu.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

final class Kernel {
    static void run(int block, MemorySegment x, MemorySegment out, long rows, long cols) {
        for (long row = 0; row < rows; row++) {
            float sum = 0;
            float lost = 0;
            for (long c = 0; c < cols; c++) {
                float next = get(x, row * cols + c) - lost;
                float larger = sum + next;
                lost = larger - sum - next;
                sum = larger;
            }
            put(out, row, sum);
        }
    }

    static float get(MemorySegment segment, long index) {
        return segment.getAtIndex(ValueLayout.JAVA_FLOAT, index);
    }

    static void put(MemorySegment segment, long index, float value) {
        segment.setAtIndex(ValueLayout.JAVA_FLOAT, index, value);
    }
}
