// attack: CANCELLATION
// workload: layer_norm(rows=8,cols=256)
// expects: WRONG_NUMERICS
// tries: takes the variance as the mean of squares less the square of the mean, in single precision
//
// @step run grid=1
package dev.kernelwright.backend.cpu.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

final class Kernel {
    static void run(int block, MemorySegment x, MemorySegment weight, MemorySegment bias, MemorySegment out, long rows,
            long cols) {
        for (long row = 0; row < rows; row++) {
            float sum = 0;
            float squares = 0;
            for (long c = 0; c < cols; c++) {
                float value = get(x, row * cols + c);
                sum += value;
                squares += value * value;
            }
            float mean = sum / cols;
            float factor = (float) (1 / Math.sqrt(Math.max(0, squares / cols - mean * mean) + 1e-5));
            for (long c = 0; c < cols; c++) {
                put(out, row * cols + c, (get(x, row * cols + c) - mean) * factor * get(weight, c) + get(bias, c));
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
