// attack: CONSTANT
// workload: softmax(rows=8,cols=1024)
// expects: WRONG_NUMERICS
// tries: writes what every probability is on average
//
// @step run grid=1
package dev.kernelwright.backend.cpu.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

final class Kernel {
    static void run(int block, MemorySegment x, MemorySegment out, long rows, long cols) {
        for (long i = 0; i < rows * cols; i++) {
            put(out, i, 1f / cols);
        }
    }

    static void put(MemorySegment segment, long index, float value) {
        segment.setAtIndex(ValueLayout.JAVA_FLOAT, index, value);
    }
}
