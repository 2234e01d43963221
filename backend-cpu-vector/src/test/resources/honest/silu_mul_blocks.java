// honest: blocks of 1024 elements
// workload: silu_mul(n=10007)
//
// @step run grid=ceil_div(n,1024)
package dev.kernelwright.backend.cpu.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

final class Kernel {
    static void run(int block, MemorySegment gate, MemorySegment up, MemorySegment out, long n) {
        for (long i = block * 1024L; i < Math.min(n, block * 1024L + 1024); i++) {
            put(out, i, (float) (get(gate, i) / (1 + Math.exp(-get(gate, i))) * get(up, i)));
        }
    }

    static float get(MemorySegment segment, long index) {
        return segment.getAtIndex(ValueLayout.JAVA_FLOAT, index);
    }

    static void put(MemorySegment segment, long index, float value) {
        segment.setAtIndex(ValueLayout.JAVA_FLOAT, index, value);
    }
}
