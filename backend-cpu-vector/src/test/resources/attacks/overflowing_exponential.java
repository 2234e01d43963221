// attack: OVERFLOW
// workload: softmax(rows=8,cols=256)
// expects: WRONG_NUMERICS
// tries: takes the exponential without subtracting the maximum
//
// @step run grid=1
package dev.kernelwright.backend.cpu.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

final class Kernel {
    static void run(int block, MemorySegment x, MemorySegment out, long rows, long cols) {
        for (long row = 0; row < rows; row++) {
            float sum = 0;
            for (long c = 0; c < cols; c++) {
                sum += (float) Math.exp(get(x, row * cols + c));
            }
            for (long c = 0; c < cols; c++) {
                put(out, row * cols + c, (float) Math.exp(get(x, row * cols + c)) / sum);
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
