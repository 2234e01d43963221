// honest: with the second operand transposed
// workload: matmul(m=33,n=31,k=257,transpose_b=1)
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
                    sum += get(a, i * k + p) * get(b, j * k + p);
                }
                put(out, i * n + j, sum);
            }
        }
    }

    static float get(MemorySegment segment, long index) {
        return segment.getAtIndex(ValueLayout.JAVA_FLOAT, index);
    }

    static void put(MemorySegment segment, long index, float value) {
        segment.setAtIndex(ValueLayout.JAVA_FLOAT, index, value);
    }
}
