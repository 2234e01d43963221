// rms_norm: out = x / sqrt(mean(x * x) + eps) * weight, a block of rows at a time.
//
// The rows are shared out to at most BLOCKS blocks: the more rows of many that a thread takes at once, the longer the
// stretches of memory that the processor fetches ahead in. The sum of squares keeps UNROLL independent vector
// accumulators, which hides the latency of the multiply-add; the second pass finds the row in cache. What is left of a
// row is done with masked vectors.
//
// @parameter UNROLL 4 2 8
// @parameter BLOCKS 128 4 16 64 1024
// @require BLOCKS == 128 || rows > BLOCKS
// @step run grid=ceil_div(rows,max(1,ceil_div(rows,BLOCKS)))
package dev.kernelwright.backend.cpu.kernel;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

final class RmsNorm {
    static final int UNROLL = 4;
    static final int BLOCKS = 128;
    static final int COLS = 0;
    static final float EPS = 1e-5f;

    static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    static final int LANES = SPECIES.length();
    static final ByteOrder ORDER = ByteOrder.nativeOrder();

    static void run(int block, MemorySegment x, MemorySegment weight, MemorySegment out, long rows, long colsArgument) {
        int cols = COLS != 0 ? COLS : (int) colsArgument;
        long rowsOfBlock = (rows + BLOCKS - 1) / BLOCKS;
        long end = Math.min(rows, (block + 1) * rowsOfBlock);
        for (long row = block * rowsOfBlock; row < end; row++) {
            long start = 4 * row * cols;
            float factor = (float) (1 / Math.sqrt(sumOfSquares(x, start, cols) / cols + EPS));
            scale(x, weight, out, start, cols, factor);
        }
    }

    static float sumOfSquares(MemorySegment x, long start, int cols) {
        FloatVector s0 = FloatVector.zero(SPECIES);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        FloatVector s4 = s0;
        FloatVector s5 = s0;
        FloatVector s6 = s0;
        FloatVector s7 = s0;
        int i = 0;
        for (; i <= cols - UNROLL * LANES; i += UNROLL * LANES) {
            long at = start + i * 4L;
            FloatVector x0 = FloatVector.fromMemorySegment(SPECIES, x, at, ORDER);
            s0 = x0.fma(x0, s0);
            FloatVector x1 = FloatVector.fromMemorySegment(SPECIES, x, at + 4L * LANES, ORDER);
            s1 = x1.fma(x1, s1);
            if (UNROLL > 2) {
                FloatVector x2 = FloatVector.fromMemorySegment(SPECIES, x, at + 8L * LANES, ORDER);
                s2 = x2.fma(x2, s2);
                FloatVector x3 = FloatVector.fromMemorySegment(SPECIES, x, at + 12L * LANES, ORDER);
                s3 = x3.fma(x3, s3);
            }
            if (UNROLL > 4) {
                FloatVector x4 = FloatVector.fromMemorySegment(SPECIES, x, at + 16L * LANES, ORDER);
                s4 = x4.fma(x4, s4);
                FloatVector x5 = FloatVector.fromMemorySegment(SPECIES, x, at + 20L * LANES, ORDER);
                s5 = x5.fma(x5, s5);
                FloatVector x6 = FloatVector.fromMemorySegment(SPECIES, x, at + 24L * LANES, ORDER);
                s6 = x6.fma(x6, s6);
                FloatVector x7 = FloatVector.fromMemorySegment(SPECIES, x, at + 28L * LANES, ORDER);
                s7 = x7.fma(x7, s7);
            }
        }
        for (int left = cols - i; left > 0; left -= LANES) {
            FloatVector v = FloatVector.fromMemorySegment(SPECIES, x, start + 4L * (cols - left), ORDER,
                    SPECIES.indexInRange(0, left));
            s0 = v.fma(v, s0);
        }
        return s0.add(s1).add(s2.add(s3)).add(s4.add(s5).add(s6.add(s7))).reduceLanes(VectorOperators.ADD);
    }

    static void scale(MemorySegment x, MemorySegment weight, MemorySegment out, long start, int cols, float factor) {
        int whole = SPECIES.loopBound(cols);
        for (int i = 0; i < whole; i += LANES) {
            FloatVector v = FloatVector.fromMemorySegment(SPECIES, x, start + i * 4L, ORDER);
            FloatVector w = FloatVector.fromMemorySegment(SPECIES, weight, i * 4L, ORDER);
            v.mul(factor).mul(w).intoMemorySegment(out, start + i * 4L, ORDER);
        }
        if (whole < cols) {
            scaleTail(x, weight, out, start, whole, cols, factor);
        }
    }

    static void scaleTail(MemorySegment x, MemorySegment weight, MemorySegment out, long start, int i, int cols,
            float factor) {
        VectorMask<Float> inside = SPECIES.indexInRange(i, cols);
        FloatVector v = FloatVector.fromMemorySegment(SPECIES, x, start + i * 4L, ORDER, inside);
        FloatVector w = FloatVector.fromMemorySegment(SPECIES, weight, i * 4L, ORDER, inside);
        v.mul(factor).mul(w).intoMemorySegment(out, start + i * 4L, ORDER, inside);
    }
}
