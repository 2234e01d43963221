// honest: with the compensation of Kahan
// workload: sum(rows=13,cols=1021)
//
// @step run grid=1
package dev.kernelwright.backend.cpu.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

final class Kernel {
    static void run(int block, MemorySegment x, MemorySegment out, long rows, long cols) {
        for (long row = 0; row < rows; row++) {
            float sum = 0;
            float plain = 0;
            float lost = 0;
            for (long c = 0; c < cols; c++) {
                plain += get(x, row * cols + c);
                float next = get(x, row * cols + c) - lost;
                float larger = sum + next;
                lost = larger - sum - next;
                lost = Float.isNaN(lost) ? 0 : lost;
                sum = larger;
            }
            // What was lost of an infinite sum is no number.
            put(out, row, Float.isNaN(sum) ? plain : sum);
        }
    }

    static float get(MemorySegment segment, long index) {
        return segment.getAtIndex(ValueLayout.JAVA_FLOAT, index);
    }

    static void put(MemorySegment segment, long index, float value) {
        segment.setAtIndex(ValueLayout.JAVA_FLOAT, index, value);
    }
}
