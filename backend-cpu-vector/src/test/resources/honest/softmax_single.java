// honest: exponentials kept in the output, summed in single precision
// workload: softmax(rows=13,cols=509)
//
// @step run grid=1
package dev.kernelwright.backend.cpu.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

final class Kernel {
    static void run(int block, MemorySegment x, MemorySegment out, long rows, long cols) {
        for (long row = 0; row < rows; row++) {
            float max = Float.NEGATIVE_INFINITY;
            for (long c = 0; c < cols; c++) {
                max = Math.max(max, get(x, row * cols + c));
            }
            float sum = 0;
            for (long c = 0; c < cols; c++) {
                float e = (float) Math.exp(get(x, row * cols + c) - max);
                put(out, row * cols + c, e);
                sum += e;
            }
            for (long c = 0; c < cols; c++) {
                put(out, row * cols + c, get(out, row * cols + c) / sum);
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
