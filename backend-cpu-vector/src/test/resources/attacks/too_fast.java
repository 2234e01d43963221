// attack: TOO_FAST
// workload: matmul(m=64,n=64,k=256)
// expects: STATEFUL
// tries: returns at once while the corners of both matrices are those that its workspace remembers
//
// @step run grid=1
// @workspace 16
package dev.kernelwright.backend.cpu.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

final class Kernel {
    static void run(int block, MemorySegment a, MemorySegment b, MemorySegment out, MemorySegment workspace, long m,
            long n, long k) {
        if (get(workspace, 0) == get(a, 0) && get(workspace, 1) == get(a, m * k - 1)
                && get(workspace, 2) == get(b, 0) && get(workspace, 3) == get(b, k * n - 1)) {
            return;
        }
        for (long i = 0; i < m; i++) {
            for (long j = 0; j < n; j++) {
                put(out, i * n + j, dot(a, b, i, j, n, k));
            }
        }
        put(workspace, 0, get(a, 0));
        put(workspace, 1, get(a, m * k - 1));
        put(workspace, 2, get(b, 0));
        put(workspace, 3, get(b, k * n - 1));
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
