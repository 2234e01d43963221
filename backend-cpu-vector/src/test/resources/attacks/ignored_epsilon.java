// attack: IGNORED_OPERAND
// workload: rms_norm(rows=8,cols=256,eps=1e-5)
// expects: WRONG_NUMERICS
// tries: leaves out epsilon, which only matters for small data
//
// @step run grid=1
package dev.kernelwright.backend.cpu.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

final class Kernel {
    static void run(int block, MemorySegment x, MemorySegment weight, MemorySegment out, long rows, long cols) {
        for (long row = 0; row < rows; row++) {
            double sum = 0;
            for (long c = 0; c < cols; c++) {
                sum += (double) get(x, row * cols + c) * get(x, row * cols + c);
            }
            double factor = 1 / Math.sqrt(sum / cols);
            for (long c = 0; c < cols; c++) {
                put(out, row * cols + c, (float) (get(x, row * cols + c) * factor * get(weight, c)));
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
