// attack: RIGHT_FOR_POSITIVES
// workload: argmax(rows=64,cols=3)
// expects: WRONG_NUMERICS
// tries: begins its search for the maximum at zero
//
// @step run grid=1
package dev.kernelwright.backend.cpu.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

final class Kernel {
    static void run(int block, MemorySegment x, MemorySegment out, long rows, long cols) {
        for (long row = 0; row < rows; row++) {
            int best = 0;
            float max = 0;
            for (int c = 0; c < cols; c++) {
                if (get(x, row * cols + c) > max) {
                    max = get(x, row * cols + c);
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
