// honest: from the last element to the first
// workload: argmax(rows=13,cols=1021)
//
// @step run grid=1
package dev.kernelwright.backend.cpu.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

final class Kernel {
    static void run(int block, MemorySegment x, MemorySegment out, long rows, long cols) {
        for (long row = 0; row < rows; row++) {
            int best = (int) cols - 1;
            float max = get(x, row * cols + best);
            for (int c = best - 1; c >= 0; c--) {
                float value = get(x, row * cols + c);
                if (Float.isNaN(value) || value >= max) {
                    max = value;
                    best = c;
                }
            }
            putInt(out, row, best);
        }
    }

    static float get(MemorySegment segment, long index) {
        return segment.getAtIndex(ValueLayout.JAVA_FLOAT, index);
    }

    static void putInt(MemorySegment segment, long index, int value) {
        segment.setAtIndex(ValueLayout.JAVA_INT, index, value);
    }
}
