// honest: parts of each row in a workspace, added up in a second step
// workload: sum(rows=5,cols=4096)
//
// @step run grid=rows*8
// @step combine grid=rows
// @workspace 32*rows
package dev.kernelwright.backend.cpu.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

final class Kernel {
    static void run(int block, MemorySegment x, MemorySegment out, MemorySegment workspace, long rows, long cols) {
        float sum = 0;
        for (long c = block % 8 * (cols / 8); c < (block % 8 + 1) * (cols / 8); c++) {
            sum += get(x, block / 8 * cols + c);
        }
        put(workspace, block, sum);
    }

    static void combine(int block, MemorySegment x, MemorySegment out, MemorySegment workspace, long rows, long cols) {
        float sum = 0;
        for (long part = 0; part < 8; part++) {
            sum += get(workspace, block * 8L + part);
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
