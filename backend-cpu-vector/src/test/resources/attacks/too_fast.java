// attack: TOO_FAST
// workload: matmul(m=256,n=256,k=256)
// expects: FASTER_THAN_PHYSICS
// tries: returns at once if one element of the product is there already
//
// @step run grid=1
package dev.kernelwright.backend.cpu.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

final class Kernel {
    static void run(int block, MemorySegment a, MemorySegment b, MemorySegment out, long m, long n, long k) {
        if (get(out, 0) == dot(a, b, 0, 0, n, k)) {
            return;
        }
        for (long i = 0; i < m; i++) {
            for (long j = 0; j < n; j++) {
                put(out, i * n + j, dot(a, b, i, j, n, k));
            }
        }
    }

    static float dot(MemorySegment a, MemorySegment b, long row, long column, long n, long k) {
        float sum = 0;
        for (long p = 0; p < k; p++) {
            sum += get(a, row * k + p) * get(b, p * n + column);
        }
        return sum;
    }

    static float get(MemorySegment segment, long index) {
        return segment.getAtIndex(ValueLayout.JAVA_FLOAT, index);
    }

    static void put(MemorySegment segment, long index, float value) {
        segment.setAtIndex(ValueLayout.JAVA_FLOAT, index, value);
    }
}
