// A residual connection and the RMSNorm behind it, in one pass over memory:
// sum = x + residual; out = sum / sqrt(mean(sum * sum) + eps) * weight.
//
// This file is a template. It compiles as it is; the tuner replaces the constants that are named like a @parameter, an
// axis or an attribute in capitals. A block is ROWS_PER_BLOCK rows. The tail of a row is done with a masked vector.
//
// @parameter UNROLL 4 1 2
// @parameter ROWS_PER_BLOCK 1 2 4 8 16 32
// @require ROWS_PER_BLOCK <= max(rows, 1)
// @step run grid=ceil_div(rows,ROWS_PER_BLOCK)
package dev.kernelwright.backend.cpu.kernel;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

final class ResidualRmsNorm {
    static final int UNROLL = 4;
    static final int ROWS_PER_BLOCK = 1;
    static final int COLS = 0;
    static final float EPS = 1e-5f;

    static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    static final int LANES = SPECIES.length();
    static final ByteOrder ORDER = ByteOrder.nativeOrder();

    /** Computes a block. Inputs, outputs and axes come in the definition's order. */
    static void run(int block, MemorySegment x, MemorySegment residual, MemorySegment weight, MemorySegment sum,
            MemorySegment out, long rows, long colsArgument) {
        int cols = COLS != 0 ? COLS : (int) colsArgument;
        long end = Math.min(rows, (block + 1L) * ROWS_PER_BLOCK);
        for (long row = (long) block * ROWS_PER_BLOCK; row < end; row++) {
            long start = row * cols * 4;
            float squares = addRow(x, residual, sum, start, cols);
            scaleRow(sum, weight, out, start, cols, (float) (1 / Math.sqrt(squares / cols + EPS)));
        }
    }

    /** Writes the sum of a row and returns the sum of its squares, kept in UNROLL independent vectors. */
    static float addRow(MemorySegment x, MemorySegment residual, MemorySegment sum, long start, int cols) {
        FloatVector s0 = FloatVector.zero(SPECIES);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        int i = 0;
        for (; i <= cols - UNROLL * LANES; i += UNROLL * LANES) {
            long at = start + i * 4L;
            FloatVector v0 = load(x, at).add(load(residual, at));
            v0.intoMemorySegment(sum, at, ORDER);
            s0 = v0.fma(v0, s0);
            if (UNROLL > 1) {
                long at1 = at + 4L * LANES;
                FloatVector v1 = load(x, at1).add(load(residual, at1));
                v1.intoMemorySegment(sum, at1, ORDER);
                s1 = v1.fma(v1, s1);
            }
            if (UNROLL > 2) {
                long at2 = at + 8L * LANES;
                FloatVector v2 = load(x, at2).add(load(residual, at2));
                v2.intoMemorySegment(sum, at2, ORDER);
                s2 = v2.fma(v2, s2);
                long at3 = at + 12L * LANES;
                FloatVector v3 = load(x, at3).add(load(residual, at3));
                v3.intoMemorySegment(sum, at3, ORDER);
                s3 = v3.fma(v3, s3);
            }
        }
        for (; i < cols; i += LANES) {
            long at = start + i * 4L;
            VectorMask<Float> tail = SPECIES.indexInRange(i, cols);
            FloatVector v = load(x, at, tail).add(load(residual, at, tail));
            v.intoMemorySegment(sum, at, ORDER, tail);
            s0 = v.fma(v, s0);
        }
        return s0.add(s1).add(s2.add(s3)).reduceLanes(VectorOperators.ADD);
    }

    /** Writes the normed row; its sum is still in cache. */
    static void scaleRow(MemorySegment sum, MemorySegment weight, MemorySegment out, long start, int cols,
            float scale) {
        int i = 0;
        for (; i <= cols - LANES; i += LANES) {
            load(sum, start + i * 4L).mul(scale).mul(load(weight, i * 4L))
                    .intoMemorySegment(out, start + i * 4L, ORDER);
        }
        if (i < cols) {
            VectorMask<Float> tail = SPECIES.indexInRange(i, cols);
            load(sum, start + i * 4L, tail).mul(scale).mul(load(weight, i * 4L, tail))
                    .intoMemorySegment(out, start + i * 4L, ORDER, tail);
        }
    }

    static FloatVector load(MemorySegment segment, long at) {
        return FloatVector.fromMemorySegment(SPECIES, segment, at, ORDER);
    }

    static FloatVector load(MemorySegment segment, long at, VectorMask<Float> mask) {
        return FloatVector.fromMemorySegment(SPECIES, segment, at, ORDER, mask);
    }
}
