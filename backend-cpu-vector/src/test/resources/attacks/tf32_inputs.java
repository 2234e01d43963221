// attack: ROUNDED_INPUTS
// workload: matmul(m=16,n=16,k=1024)
// expects: WRONG_NUMERICS
// tries: multiplies ten bits of each fraction, as a tensor core does by default
//
// @step run grid=1
package dev.kernelwright.backend.cpu.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

final class Kernel {
    static void run(int block, MemorySegment a, MemorySegment b, MemorySegment out, long m, long n, long k) {
        for (long i = 0; i < m; i++) {
            for (long j = 0; j < n; j++) {
                float sum = 0;
                for (long p = 0; p < k; p++) {
                    sum += cut(get(a, i * k + p)) * cut(get(b, p * n + j));
                }
                put(out, i * n + j, sum);
            }
        }
    }

    static float cut(float value) {
        return Float.intBitsToFloat(Float.floatToRawIntBits(value) & 0xffffe000);
    }

    static float get(MemorySegment segment, long index) {
        return segment.getAtIndex(ValueLayout.JAVA_FLOAT, index);
    }

    static void put(MemorySegment segment, long index, float value) {
        segment.setAtIndex(ValueLayout.JAVA_FLOAT, index, value);
    }
}
