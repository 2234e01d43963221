// attack: SWAPPED_INDEX
// workload: rope(rows=4,heads=2,head_dim=16,positions=32)
// expects: WRONG_NUMERICS
// tries: pairs neighbours where halves are to be paired
//
// @step run grid=1
package dev.kernelwright.backend.cpu.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

final class Kernel {
    static void run(int block, MemorySegment x, MemorySegment cos, MemorySegment sin, MemorySegment position,
            MemorySegment out, long rows, long heads, long headDim, long positions) {
        long pairs = headDim / 2;
        for (long at = 0; at < rows * heads; at++) {
            long angles = getInt(position, at / heads) * pairs;
            for (long i = 0; i < pairs; i++) {
                float c = get(cos, angles + i);
                float s = get(sin, angles + i);
                float first = get(x, at * headDim + 2 * i);
                float second = get(x, at * headDim + 2 * i + 1);
                put(out, at * headDim + 2 * i, first * c - second * s);
                put(out, at * headDim + 2 * i + 1, second * c + first * s);
            }
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
