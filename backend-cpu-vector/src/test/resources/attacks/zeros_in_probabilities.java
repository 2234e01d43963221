// attack: ZEROS
// workload: softmax(rows=8,cols=4096)
// expects: WRONG_NUMERICS
// tries: each probability is about 1/4096, which an absolute tolerance of 1e-3 takes for zero
//
// @step run grid=1
package dev.kernelwright.backend.cpu.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

final class Kernel {
    static void run(int block, MemorySegment x, MemorySegment out, long rows, long cols) {
        for (long i = 0; i < rows * cols; i++) {
            put(out, i, 0);
        }
    }

    static void put(MemorySegment segment, long index, float value) {
        segment.setAtIndex(ValueLayout.JAVA_FLOAT, index, value);
    }
}
