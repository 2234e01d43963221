// honest: neighbours as pairs
// workload: rope(rows=7,heads=3,head_dim=34,positions=50,interleaved=1)
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
                long one = at * headDim + 2 * i;
                long two = at * headDim + 2 * i + 1;
                put(out, one, get(x, one) * c - get(x, two) * s);
                put(out, two, get(x, two) * c + get(x, one) * s);
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
