// RMSNorm: out = x / sqrt(mean(x * x) + eps) * weight, a block of rows at a time.
//
// The sum of squares keeps UNROLL independent vector accumulators, which hides the latency of the multiply-add; the
// second pass finds the row in cache. The tail of a row is done with a masked vector.
//
// @parameter UNROLL 4 1 2 8
// @parameter ROWS_PER_BLOCK 1 4 16 64 256
// @require ROWS_PER_BLOCK <= max(rows, 1)
// @step run grid=ceil_div(rows,ROWS_PER_BLOCK)
package dev.kernelwright.backend.cpu.kernel;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

final class RmsNorm {
    static final int UNROLL = 4;
    static final int ROWS_PER_BLOCK = 1;
    static final int COLS = 0;
    static final float EPS = 1e-5f;

    static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    static final int LANES = SPECIES.length();
    static final ByteOrder ORDER = ByteOrder.nativeOrder();

    static void run(int block, MemorySegment x, MemorySegment weight, MemorySegment out, long rows, long colsArgument) {
        int cols = COLS != 0 ? COLS : (int) colsArgument;
        long end = Math.min(rows, (block + 1L) * ROWS_PER_BLOCK);
        for (long row = (long) block * ROWS_PER_BLOCK; row < end; row++) {
            long start = row * cols * 4;
            float scale = (float) (1 / Math.sqrt(squares(x, start, cols) / cols + EPS));
            scale(x, weight, out, start, cols, scale);
        }
    }

    static float squares(MemorySegment x, long start, int cols) {
        FloatVector s0 = FloatVector.zero(SPECIES);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        FloatVector s4 = s0;
        FloatVector s5 = s0;
        FloatVector s6 = s0;
        FloatVector s7 = s0;
        int i = 0;
        int stride = UNROLL * LANES;
        for (; i <= cols - stride; i += stride) {
            long at = start + i * 4L;
            FloatVector v0 = load(x, at);
            s0 = v0.fma(v0, s0);
            if (UNROLL > 1) {
                FloatVector v1 = load(x, at + 4L * LANES);
                s1 = v1.fma(v1, s1);
            }
            if (UNROLL > 2) {
                FloatVector v2 = load(x, at + 8L * LANES);
                s2 = v2.fma(v2, s2);
                FloatVector v3 = load(x, at + 12L * LANES);
                s3 = v3.fma(v3, s3);
            }
            if (UNROLL > 4) {
                FloatVector v4 = load(x, at + 16L * LANES);
                s4 = v4.fma(v4, s4);
                FloatVector v5 = load(x, at + 20L * LANES);
                s5 = v5.fma(v5, s5);
                FloatVector v6 = load(x, at + 24L * LANES);
                s6 = v6.fma(v6, s6);
                FloatVector v7 = load(x, at + 28L * LANES);
                s7 = v7.fma(v7, s7);
            }
        }
        for (; i <= cols - LANES; i += LANES) {
            FloatVector v = load(x, start + i * 4L);
            s0 = v.fma(v, s0);
        }
        if (i < cols) {
            FloatVector v = FloatVector.fromMemorySegment(SPECIES, x, start + i * 4L, ORDER,
                    SPECIES.indexInRange(i, cols));
            s1 = v.fma(v, s1);
        }
        return s0.add(s1).add(s2.add(s3)).add(s4.add(s5).add(s6.add(s7))).reduceLanes(VectorOperators.ADD);
    }

    static void scale(MemorySegment x, MemorySegment weight, MemorySegment out, long start, int cols, float scale) {
        int i = 0;
        for (; i <= cols - LANES; i += LANES) {
            load(x, start + i * 4L).mul(scale).mul(load(weight, i * 4L)).intoMemorySegment(out, start + i * 4L, ORDER);
        }
        if (i < cols) {
            VectorMask<Float> tail = SPECIES.indexInRange(i, cols);
            FloatVector.fromMemorySegment(SPECIES, x, start + i * 4L, ORDER, tail).mul(scale)
                    .mul(FloatVector.fromMemorySegment(SPECIES, weight, i * 4L, ORDER, tail))
                    .intoMemorySegment(out, start + i * 4L, ORDER, tail);
        }
    }

    static FloatVector load(MemorySegment segment, long at) {
        return FloatVector.fromMemorySegment(SPECIES, segment, at, ORDER);
    }
}
