// honest: the same for every number of rows
// workload: embedding(rows=1..19,vocab=101,dim=33)
//
// @step run grid=1
package dev.kernelwright.backend.cpu.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

final class Kernel {
    static void run(int block, MemorySegment ids, MemorySegment table, MemorySegment out, long rows, long vocab,
            long dim) {
        for (long i = 0; i < rows * dim; i++) {
            put(out, i, get(table, getInt(ids, i / dim) * dim + i % dim));
        }
    }

    static float get(MemorySegment segment, long index) {
        return segment.getAtIndex(ValueLayout.JAVA_FLOAT, index);
    }

    static void put(MemorySegment segment, long index, float value) {
        segment.setAtIndex(ValueLayout.JAVA_FLOAT, index, value);
    }

    static int getInt(MemorySegment segment, long index) {
        return segment.getAtIndex(ValueLayout.JAVA_INT, index);
    }
}
