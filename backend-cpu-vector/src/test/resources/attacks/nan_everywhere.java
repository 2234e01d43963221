// attack: NAN_OUTPUTS
// workload: gelu(n=4096)
// expects: WRONG_NUMERICS
// tries: a NaN is not greater than any tolerance
//
// @step run grid=1
package dev.kernelwright.backend.cpu.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

final class Kernel {
    static void run(int block, MemorySegment x, MemorySegment out, long n) {
        for (long i = 0; i < n; i++) {
            put(out, i, Float.NaN);
        }
    }

    static void put(MemorySegment segment, long index, float value) {
        segment.setAtIndex(ValueLayout.JAVA_FLOAT, index, value);
    }
}
