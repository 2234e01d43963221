// honest: one kernel for every context
// workload: attention(batch=1,q_len=1,ctx=1..40,heads=2,kv_heads=1,head_dim=16)
//
// @step run grid=1
package dev.kernelwright.backend.cpu.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

final class Kernel {
    static void run(int block, MemorySegment q, MemorySegment k, MemorySegment v, MemorySegment out, long batch,
            long qLen, long ctx, long heads, long kvHeads, long headDim) {
        int group = (int) (heads / kvHeads);
        for (int unit = 0; unit < batch * qLen * heads; unit++) {
            int head = (int) (unit % heads);
            int query = (int) (unit / heads % qLen);
            int first = (int) ((unit / heads / qLen * ctx * kvHeads + head / group) * headDim);
            int stride = (int) (kvHeads * headDim);
            int keys = (int) (ctx - qLen + query + 1);
            double max = Double.NEGATIVE_INFINITY;
            for (int j = 0; j < keys; j++) {
                max = Math.max(max, score(q, k, unit * headDim, first + j * stride, headDim));
            }
            double weights = 0;
            for (int j = 0; j < keys; j++) {
                weights += Math.exp(score(q, k, unit * headDim, first + j * stride, headDim) - max);
            }
            for (int d = 0; d < headDim; d++) {
                double sum = 0;
                for (int j = 0; j < keys; j++) {
                    double weight = Math.exp(score(q, k, unit * headDim, first + j * stride, headDim) - max);
                    sum += weight * get(v, first + j * stride + d);
                }
                put(out, unit * headDim + d, (float) (sum / weights));
            }
        }
    }

    static double score(MemorySegment q, MemorySegment k, long query, long key, long headDim) {
        double sum = 0;
        for (long d = 0; d < headDim; d++) {
            sum += (double) get(q, query + d) * get(k, key + d);
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
