// attack: OFF_BY_ONE_EDGE
// workload: attention(batch=1,q_len=8,ctx=8,heads=1,kv_heads=1,head_dim=16)
// expects: WRONG_NUMERICS
// tries: lets each query see one key that comes after it
//
// @step run grid=1
package dev.kernelwright.backend.cpu.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

final class Kernel {
    static void run(int block, MemorySegment q, MemorySegment k, MemorySegment v, MemorySegment out, long batch,
            long qLen, long ctx, long heads, long kvHeads, long headDim) {
        for (int i = 0; i < qLen; i++) {
            int keys = (int) Math.min(ctx, ctx - qLen + i + 2);
            double max = Double.NEGATIVE_INFINITY;
            for (int j = 0; j < keys; j++) {
                max = Math.max(max, score(q, k, i, j, headDim));
            }
            for (int d = 0; d < headDim; d++) {
                double weights = 0;
                double sum = 0;
                for (int j = 0; j < keys; j++) {
                    double weight = Math.exp(score(q, k, i, j, headDim) - max);
                    weights += weight;
                    sum += weight * get(v, j * headDim + d);
                }
                put(out, i * headDim + d, (float) (sum / weights));
            }
        }
    }

    static double score(MemorySegment q, MemorySegment k, long query, long key, long headDim) {
        double sum = 0;
        for (long d = 0; d < headDim; d++) {
            sum += (double) get(q, query * headDim + d) * get(k, key * headDim + d);
        }
        return sum / Math.sqrt(headDim);
    }

    static float get(MemorySegment segment, long index) {
        return segment.getAtIndex(ValueLayout.JAVA_FLOAT, index);
    }

    static void put(MemorySegment segment, long index, float value) {
        segment.setAtIndex(ValueLayout.JAVA_FLOAT, index, value);
    }
}
