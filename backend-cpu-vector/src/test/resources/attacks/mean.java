// attack: MEAN
// workload: rms_norm(rows=8,cols=512)
// expects: WRONG_NUMERICS
// tries: writes the mean of each row
//
// @step run grid=1
package dev.kernelwright.backend.cpu.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

final class Kernel {
    static void run(int block, MemorySegment x, MemorySegment weight, MemorySegment out, long rows, long cols) {
        for (long row = 0; row < rows; row++) {
            float mean = 0;
            for (long c = 0; c < cols; c++) {
                mean += get(x, row * cols + c) / cols;
            }
            for (long c = 0; c < cols; c++) {
                put(out, row * cols + c, mean);
            }
        }
    }

    static float get(MemorySegment segment, long index) {
        return segment.getAtIndex(ValueLayout.JAVA_FLOAT, index);
    }

    static void put(MemorySegment segment, long index, float value) {
        segment.setAtIndex(ValueLayout.JAVA_FLOAT, index, value);
    }
}
