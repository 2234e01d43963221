// sum: out[r] = sum_c x[r, c], a block of rows or a part of one row at a time.
//
// UNROLL independent vector accumulators hide the latency of the addition. With SPLIT over 1 each row is summed in that
// many parts, for few long rows: their sums go to the workspace and are added up in a second step.
//
// @parameter UNROLL 4 8 2
// @parameter ROWS_PER_BLOCK 8 1 32 128
// @parameter SPLIT 1 2 4 8 16
// @require ROWS_PER_BLOCK == 8 || rows > ROWS_PER_BLOCK / 4
// @require SPLIT == 1 || (ROWS_PER_BLOCK == 8 && rows <= 64 && cols / SPLIT >= 8192)
// @step run grid=select(SPLIT==1,ceil_div(rows,ROWS_PER_BLOCK),rows*SPLIT)
// @step combine grid=select(SPLIT==1,0,1)
// @workspace select(SPLIT == 1, 0, 4 * rows * SPLIT)
package dev.kernelwright.backend.cpu.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

final class Sum {
    static final int UNROLL = 4;
    static final int ROWS_PER_BLOCK = 8;
    static final int SPLIT = 1;
    static final int COLS = 0;

    static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    static final int LANES = SPECIES.length();
    static final ByteOrder ORDER = ByteOrder.nativeOrder();

    static void run(int block, MemorySegment x, MemorySegment out, MemorySegment workspace, long rows,
            long colsArgument) {
        int cols = COLS != 0 ? COLS : (int) colsArgument;
        if (SPLIT > 1) {
            int first = firstOfPart(block % SPLIT, cols);
            float part = sum(x, 4L * (block / SPLIT) * cols + 4L * first, firstOfPart(block % SPLIT + 1, cols) - first);
            workspace.setAtIndex(ValueLayout.JAVA_FLOAT, block, part);
            return;
        }
        long end = Math.min(rows, (block + 1L) * ROWS_PER_BLOCK);
        for (long row = (long) block * ROWS_PER_BLOCK; row < end; row++) {
            out.setAtIndex(ValueLayout.JAVA_FLOAT, row, sum(x, 4 * row * cols, cols));
        }
    }

    static void combine(int block, MemorySegment x, MemorySegment out, MemorySegment workspace, long rows, long cols) {
        for (long row = 0; row < rows; row++) {
            float sum = 0;
            for (int part = 0; part < SPLIT; part++) {
                sum += workspace.getAtIndex(ValueLayout.JAVA_FLOAT, row * SPLIT + part);
            }
            out.setAtIndex(ValueLayout.JAVA_FLOAT, row, sum);
        }
    }

    /** Whole vectors, so that only the last part that is not empty has a tail. */
    static int firstOfPart(int part, int cols) {
        return (int) Math.min(cols, (long) part * Math.ceilDiv(Math.ceilDiv(cols, SPLIT), LANES) * LANES);
    }

    static float sum(MemorySegment x, long start, int count) {
        FloatVector s0 = FloatVector.zero(SPECIES);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        FloatVector s4 = s0;
        FloatVector s5 = s0;
        FloatVector s6 = s0;
        FloatVector s7 = s0;
        int i = 0;
        for (; i <= count - UNROLL * LANES; i += UNROLL * LANES) {
            long at = start + i * 4L;
            s0 = s0.add(FloatVector.fromMemorySegment(SPECIES, x, at, ORDER));
            s1 = s1.add(FloatVector.fromMemorySegment(SPECIES, x, at + 4L * LANES, ORDER));
            if (UNROLL > 2) {
                s2 = s2.add(FloatVector.fromMemorySegment(SPECIES, x, at + 8L * LANES, ORDER));
                s3 = s3.add(FloatVector.fromMemorySegment(SPECIES, x, at + 12L * LANES, ORDER));
            }
            if (UNROLL > 4) {
                s4 = s4.add(FloatVector.fromMemorySegment(SPECIES, x, at + 16L * LANES, ORDER));
                s5 = s5.add(FloatVector.fromMemorySegment(SPECIES, x, at + 20L * LANES, ORDER));
                s6 = s6.add(FloatVector.fromMemorySegment(SPECIES, x, at + 24L * LANES, ORDER));
                s7 = s7.add(FloatVector.fromMemorySegment(SPECIES, x, at + 28L * LANES, ORDER));
            }
        }
        for (int left = count - i; left > 0; left -= LANES) {
            s0 = s0.add(FloatVector.fromMemorySegment(SPECIES, x, start + 4L * (count - left), ORDER,
                    SPECIES.indexInRange(0, left)));
        }
        return s0.add(s1).add(s2.add(s3)).add(s4.add(s5).add(s6.add(s7))).reduceLanes(VectorOperators.ADD);
    }
}
