// honest: from the last element to the first, a block a row
// workload: sum(rows=13,cols=1021)
//
// @step run grid=rows
package dev.kernelwright.backend.cpu.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

final class Kernel {
    static void run(int block, MemorySegment x, MemorySegment out, long rows, long cols) {
        float sum = 0;
        for (long c = cols - 1; c >= 0; c--) {
            sum += get(x, block * cols + c);
        }
        put(out, block, sum);
    }

    static float get(MemorySegment segment, long index) {
        return segment.getAtIndex(ValueLayout.JAVA_FLOAT, index);
    }

    static void put(MemorySegment segment, long index, float value) {
        segment.setAtIndex(ValueLayout.JAVA_FLOAT, index, value);
    }
}
