// honest: a copy of each row
// workload: embedding(rows=19,vocab=101,dim=33)
//
// @step run grid=rows
package dev.kernelwright.backend.cpu.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

final class Kernel {
    static void run(int block, MemorySegment ids, MemorySegment table, MemorySegment out, long rows, long vocab,
            long dim) {
        out.asSlice(4 * block * dim, 4 * dim).copyFrom(table.asSlice(4 * getInt(ids, block) * dim, 4 * dim));
    }

    static int getInt(MemorySegment segment, long index) {
        return segment.getAtIndex(ValueLayout.JAVA_INT, index);
    }
}
