// honest: sums in single precision
// workload: rms_norm(rows=13,cols=509)
//
// @step run grid=1
package dev.kernelwright.backend.cpu.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

final class Kernel {
    static void run(int block, MemorySegment x, MemorySegment weight, MemorySegment out, long rows, long cols) {
        for (long row = 0; row < rows; row++) {
            float sum = 0;
            for (long c = 0; c < cols; c++) {
                sum += get(x, row * cols + c) * get(x, row * cols + c);
            }
            float factor = (float) (1 / Math.sqrt(sum / cols + 1e-5));
            for (long c = 0; c < cols; c++) {
                put(out, row * cols + c, get(x, row * cols + c) * factor * get(weight, c));
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
