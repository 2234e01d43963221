// honest: maximum and sum in one pass, a block a row
// workload: softmax(rows=13,cols=509)
//
// @step run grid=rows
package dev.kernelwright.backend.cpu.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

final class Kernel {
    static void run(int block, MemorySegment x, MemorySegment out, long rows, long cols) {
        double max = get(x, block * cols);
        double sum = max == Double.NEGATIVE_INFINITY ? 0 : 1;
        for (long c = 1; c < cols; c++) {
            double value = get(x, block * cols + c);
            double larger = Math.max(max, value);
            // Of two negative infinities, the difference would not be a number.
            double shift = larger == Double.NEGATIVE_INFINITY ? 0 : larger;
            sum = sum * Math.exp(max - shift) + Math.exp(value - shift);
            max = larger;
        }
        for (long c = 0; c < cols; c++) {
            put(out, block * cols + c, (float) (Math.exp(get(x, block * cols + c) - max) / sum));
        }
    }

    static float get(MemorySegment segment, long index) {
        return segment.getAtIndex(ValueLayout.JAVA_FLOAT, index);
    }

    static void put(MemorySegment segment, long index, float value) {
        segment.setAtIndex(ValueLayout.JAVA_FLOAT, index, value);
    }
}
