// honest: mean and variance in one pass, by the method of Welford
// workload: layer_norm(rows=13,cols=509)
//
// @step run grid=1
package dev.kernelwright.backend.cpu.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

final class Kernel {
    static void run(int block, MemorySegment x, MemorySegment weight, MemorySegment bias, MemorySegment out, long rows,
            long cols) {
        for (long row = 0; row < rows; row++) {
            double mean = 0;
            double squares = 0;
            for (long c = 0; c < cols; c++) {
                double difference = get(x, row * cols + c) - mean;
                mean += difference / (c + 1);
                squares += difference * (get(x, row * cols + c) - mean);
            }
            double factor = 1 / Math.sqrt(squares / cols + 1e-5);
            for (long c = 0; c < cols; c++) {
                put(out, row * cols + c, (float) ((get(x, row * cols + c) - mean) * factor * get(weight, c) + get(bias, c)));
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
