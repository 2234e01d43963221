// honest: the same for every shape
// workload: argmax(rows=0..16,cols=1..300)
//
// @step run grid=1
package dev.kernelwright.backend.cpu.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

final class Kernel {
    static void run(int block, MemorySegment x, MemorySegment out, long rows, long cols) {
        for (long row = 0; row < rows; row++) {
            int best = 0;
            float max = get(x, row * cols);
            for (int c = 1; c < cols; c++) {
                float value = get(x, row * cols + c);
                if (value > max || (Float.isNaN(value) && !Float.isNaN(max))) {
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
