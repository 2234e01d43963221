// layer_norm: out = (x - mean) / sqrt(variance + eps) * weight + bias, a block of rows at a time.
//
// The variance is the mean of the squares of x - mean, which holds up where the mean is large. The rounding error of
// the mean is found in the same pass, as the mean of x - mean, and taken away again (Chan, Golub and LeVeque,
// "Algorithms for Computing the Sample Variance", The American Statistician 37(3), 1983). UNROLL independent
// accumulators hide the latency of an addition. After the first pass the row is in cache.
//
// @parameter UNROLL 4 2
// @parameter ROWS_PER_BLOCK 4 1 16 64
// @require ROWS_PER_BLOCK == 4 || rows > ROWS_PER_BLOCK / 4
// @step run grid=ceil_div(rows,ROWS_PER_BLOCK)
package dev.kernelwright.backend.cpu.kernel;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

final class LayerNorm {
    static final int UNROLL = 4;
    static final int ROWS_PER_BLOCK = 4;
    static final int COLS = 0;
    static final float EPS = 1e-5f;

    static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    static final int LANES = SPECIES.length();
    static final ByteOrder ORDER = ByteOrder.nativeOrder();

    static void run(int block, MemorySegment x, MemorySegment weight, MemorySegment bias, MemorySegment out, long rows,
            long colsArgument) {
        int cols = COLS != 0 ? COLS : (int) colsArgument;
        long end = Math.min(rows, (block + 1L) * ROWS_PER_BLOCK);
        for (long row = (long) block * ROWS_PER_BLOCK; row < end; row++) {
            normalize(x, weight, bias, out, 4 * row * cols, cols);
        }
    }

    static void normalize(MemorySegment x, MemorySegment weight, MemorySegment bias, MemorySegment out, long start,
            int cols) {
        float mean = sum(x, start, cols) / cols;
        FloatVector s0 = FloatVector.zero(SPECIES);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        FloatVector q0 = s0;
        FloatVector q1 = s0;
        FloatVector q2 = s0;
        FloatVector q3 = s0;
        int i = 0;
        for (; i <= cols - UNROLL * LANES; i += UNROLL * LANES) {
            long at = start + i * 4L;
            FloatVector d0 = FloatVector.fromMemorySegment(SPECIES, x, at, ORDER).sub(mean);
            s0 = s0.add(d0);
            q0 = d0.fma(d0, q0);
            FloatVector d1 = FloatVector.fromMemorySegment(SPECIES, x, at + 4L * LANES, ORDER).sub(mean);
            s1 = s1.add(d1);
            q1 = d1.fma(d1, q1);
            if (UNROLL > 2) {
                FloatVector d2 = FloatVector.fromMemorySegment(SPECIES, x, at + 8L * LANES, ORDER).sub(mean);
                s2 = s2.add(d2);
                q2 = d2.fma(d2, q2);
                FloatVector d3 = FloatVector.fromMemorySegment(SPECIES, x, at + 12L * LANES, ORDER).sub(mean);
                s3 = s3.add(d3);
                q3 = d3.fma(d3, q3);
            }
        }
        for (int left = cols - i; left > 0; left -= LANES) {
            VectorMask<Float> inside = SPECIES.indexInRange(0, left);
            FloatVector d = FloatVector.fromMemorySegment(SPECIES, x, start + 4L * (cols - left), ORDER, inside)
                    .lanewise(VectorOperators.SUB, mean, inside);
            s0 = s0.add(d);
            q0 = d.fma(d, q0);
        }
        float error = s0.add(s1).add(s2.add(s3)).reduceLanes(VectorOperators.ADD) / cols;
        float squares = q0.add(q1).add(q2.add(q3)).reduceLanes(VectorOperators.ADD) / cols;
        float factor = (float) (1 / Math.sqrt(Math.max(squares - error * error, 0) + EPS));
        scale(x, weight, bias, out, start, cols, mean, -error * factor, factor);
    }

    static void scale(MemorySegment x, MemorySegment weight, MemorySegment bias, MemorySegment out, long start,
            int cols, float mean, float offset, float factor) {
        int whole = SPECIES.loopBound(cols);
        for (int i = 0; i < whole; i += LANES) {
            FloatVector v = FloatVector.fromMemorySegment(SPECIES, x, start + i * 4L, ORDER);
            FloatVector w = FloatVector.fromMemorySegment(SPECIES, weight, i * 4L, ORDER);
            FloatVector b = FloatVector.fromMemorySegment(SPECIES, bias, i * 4L, ORDER);
            v.sub(mean).fma(factor, offset).fma(w, b).intoMemorySegment(out, start + i * 4L, ORDER);
        }
        if (whole < cols) {
            scaleTail(x, weight, bias, out, start, whole, cols, mean, offset, factor);
        }
    }

    static void scaleTail(MemorySegment x, MemorySegment weight, MemorySegment bias, MemorySegment out, long start,
            int i, int cols, float mean, float offset, float factor) {
        VectorMask<Float> inside = SPECIES.indexInRange(i, cols);
        FloatVector v = FloatVector.fromMemorySegment(SPECIES, x, start + i * 4L, ORDER, inside);
        FloatVector w = FloatVector.fromMemorySegment(SPECIES, weight, i * 4L, ORDER, inside);
        FloatVector b = FloatVector.fromMemorySegment(SPECIES, bias, i * 4L, ORDER, inside);
        v.sub(mean).fma(factor, offset).fma(w, b).intoMemorySegment(out, start + i * 4L, ORDER, inside);
    }

    static float sum(MemorySegment x, long start, int cols) {
        FloatVector s0 = FloatVector.zero(SPECIES);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        int i = 0;
        for (; i <= cols - UNROLL * LANES; i += UNROLL * LANES) {
            long at = start + i * 4L;
            s0 = s0.add(FloatVector.fromMemorySegment(SPECIES, x, at, ORDER));
            s1 = s1.add(FloatVector.fromMemorySegment(SPECIES, x, at + 4L * LANES, ORDER));
            if (UNROLL > 2) {
                s2 = s2.add(FloatVector.fromMemorySegment(SPECIES, x, at + 8L * LANES, ORDER));
                s3 = s3.add(FloatVector.fromMemorySegment(SPECIES, x, at + 12L * LANES, ORDER));
            }
        }
        for (int left = cols - i; left > 0; left -= LANES) {
            s0 = s0.add(FloatVector.fromMemorySegment(SPECIES, x, start + 4L * (cols - left), ORDER,
                    SPECIES.indexInRange(0, left)));
        }
        return s0.add(s1).add(s2.add(s3)).reduceLanes(VectorOperators.ADD);
    }
}
