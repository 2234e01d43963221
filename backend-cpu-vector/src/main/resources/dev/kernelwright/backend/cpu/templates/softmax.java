// softmax: out[r, c] = exp(x[r, c] - max_c x[r, c]) / sum of those, a block of rows or a part of one row at a time.
//
// Three passes over a row: its maximum, the exponentials and their sum, the division; the latter two find it in cache.
// With SPLIT over 1, for few long rows, each row is done in that many parts. Every part has a maximum and a sum of its
// own, which go to the workspace, and a second step scales each part to the row's.
//
// The maximum leaves out NaN, which then makes the sum NaN and with it the row. So does, by way of infinity - infinity,
// a maximum that is infinite.
//
// @parameter ROWS_PER_BLOCK 4 1 16 64
// @parameter SPLIT 1 2 4 8 16
// @require ROWS_PER_BLOCK == 4 || rows > ROWS_PER_BLOCK / 4
// @require SPLIT == 1 || (ROWS_PER_BLOCK == 4 && rows <= 64 && cols / SPLIT >= 2048)
// @step run grid=select(SPLIT==1,ceil_div(rows,ROWS_PER_BLOCK),rows*SPLIT)
// @step rescale grid=select(SPLIT==1,0,rows*SPLIT)
// @workspace select(SPLIT == 1, 0, 8 * rows * SPLIT)
package dev.kernelwright.backend.cpu.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

final class Softmax {
    static final int ROWS_PER_BLOCK = 4;
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
            long start = 4L * (block / SPLIT) * cols + 4L * first;
            int count = firstOfPart(block % SPLIT + 1, cols) - first;
            float max = max(x, start, count);
            workspace.setAtIndex(ValueLayout.JAVA_FLOAT, 2L * block, max);
            // A part may be masked out wholly and its row not.
            float sum = exponentials(x, out, start, count, max == Float.NEGATIVE_INFINITY ? 0 : max);
            workspace.setAtIndex(ValueLayout.JAVA_FLOAT, 2L * block + 1, sum);
            return;
        }
        long end = Math.min(rows, (block + 1L) * ROWS_PER_BLOCK);
        for (long row = (long) block * ROWS_PER_BLOCK; row < end; row++) {
            long start = 4 * row * cols;
            float sum = exponentials(x, out, start, cols, max(x, start, cols));
            scale(out, start, cols, 1 / sum);
        }
    }

    static void rescale(int block, MemorySegment x, MemorySegment out, MemorySegment workspace, long rows,
            long colsArgument) {
        int cols = COLS != 0 ? COLS : (int) colsArgument;
        long firstBlock = block / SPLIT * (long) SPLIT;
        float max = Float.NEGATIVE_INFINITY;
        for (int part = 0; part < SPLIT; part++) {
            max = Math.max(max, workspace.getAtIndex(ValueLayout.JAVA_FLOAT, 2 * (firstBlock + part)));
        }
        double sum = 0;
        for (int part = 0; part < SPLIT; part++) {
            double partMax = workspace.getAtIndex(ValueLayout.JAVA_FLOAT, 2 * (firstBlock + part));
            sum += workspace.getAtIndex(ValueLayout.JAVA_FLOAT, 2 * (firstBlock + part) + 1) * Math.exp(partMax - max);
        }
        double ownMax = workspace.getAtIndex(ValueLayout.JAVA_FLOAT, 2L * block);
        int first = firstOfPart(block % SPLIT, cols);
        scale(out, 4L * (block / SPLIT) * cols + 4L * first, firstOfPart(block % SPLIT + 1, cols) - first,
                (float) (Math.exp(ownMax - max) / sum));
    }

    /** Whole vectors, so that only the last part that is not empty has a tail. */
    static int firstOfPart(int part, int cols) {
        return (int) Math.min(cols, (long) part * Math.ceilDiv(Math.ceilDiv(cols, SPLIT), LANES) * LANES);
    }

    static float max(MemorySegment x, long start, int count) {
        FloatVector m0 = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);
        FloatVector m1 = m0;
        FloatVector m2 = m0;
        FloatVector m3 = m0;
        int i = 0;
        for (; i <= count - 4 * LANES; i += 4 * LANES) {
            long at = start + i * 4L;
            FloatVector x0 = FloatVector.fromMemorySegment(SPECIES, x, at, ORDER);
            m0 = m0.blend(x0, x0.compare(VectorOperators.GT, m0));
            FloatVector x1 = FloatVector.fromMemorySegment(SPECIES, x, at + 4L * LANES, ORDER);
            m1 = m1.blend(x1, x1.compare(VectorOperators.GT, m1));
            FloatVector x2 = FloatVector.fromMemorySegment(SPECIES, x, at + 8L * LANES, ORDER);
            m2 = m2.blend(x2, x2.compare(VectorOperators.GT, m2));
            FloatVector x3 = FloatVector.fromMemorySegment(SPECIES, x, at + 12L * LANES, ORDER);
            m3 = m3.blend(x3, x3.compare(VectorOperators.GT, m3));
        }
        for (int left = count - i; left > 0; left -= LANES) {
            VectorMask<Float> inside = SPECIES.indexInRange(0, left);
            FloatVector v = FloatVector.fromMemorySegment(SPECIES, x, start + 4L * (count - left), ORDER, inside);
            m0 = m0.blend(v, v.compare(VectorOperators.GT, m0, inside));
        }
        return m0.max(m1).max(m2.max(m3)).reduceLanes(VectorOperators.MAX);
    }

    /** Writes exp(x - max) and returns the sum. */
    static float exponentials(MemorySegment x, MemorySegment out, long start, int count, float max) {
        int whole = SPECIES.loopBound(count);
        FloatVector sum = FloatVector.zero(SPECIES);
        for (int i = 0; i < whole; i += LANES) {
            FloatVector e = expOfNegative(FloatVector.fromMemorySegment(SPECIES, x, start + i * 4L, ORDER).sub(max));
            e.intoMemorySegment(out, start + i * 4L, ORDER);
            sum = sum.add(e);
        }
        float wholeSum = sum.reduceLanes(VectorOperators.ADD);
        return whole < count ? wholeSum + exponentialsTail(x, out, start + whole * 4L, count - whole, max) : wholeSum;
    }

    /** A method of its own: C2 inlines only so much into one, and calls a second exponential, with its vectors boxed. */
    static float exponentialsTail(MemorySegment x, MemorySegment out, long at, int count, float max) {
        VectorMask<Float> inside = SPECIES.indexInRange(0, count);
        FloatVector e = expOfNegative(FloatVector.fromMemorySegment(SPECIES, x, at, ORDER, inside).sub(max));
        e.intoMemorySegment(out, at, ORDER, inside);
        return e.reduceLanes(VectorOperators.ADD, inside);
    }

    static void scale(MemorySegment out, long start, int count, float factor) {
        int whole = SPECIES.loopBound(count);
        for (int i = 0; i < whole; i += LANES) {
            FloatVector.fromMemorySegment(SPECIES, out, start + i * 4L, ORDER).mul(factor)
                    .intoMemorySegment(out, start + i * 4L, ORDER);
        }
        if (whole < count) {
            scaleTail(out, start + whole * 4L, count - whole, factor);
        }
    }

    static void scaleTail(MemorySegment out, long at, int count, float factor) {
        VectorMask<Float> inside = SPECIES.indexInRange(0, count);
        FloatVector.fromMemorySegment(SPECIES, out, at, ORDER, inside).mul(factor)
                .intoMemorySegment(out, at, ORDER, inside);
    }

    /**
     * exp(x) for x of at most 0 within 1.04 ulp; 0 where that is below the smallest normal number.
     *
     * <p>x = n ln 2 + r with a whole n and |r| of at most ln(2) / 2. Adding 1.5 * 2^23 rounds x / ln 2 to n and leaves
     * n in the lowest bits, which shifted into the exponent's place give 2^n. exp(r) = 1 + r q(r), where q is of all
     * polynomials of degree 5 the one whose greatest relative error in exp(r) is least, 2e-9.
     */
    static FloatVector expOfNegative(FloatVector x) {
        FloatVector shifted = x.fma(1.442695f, 12582912f);
        FloatVector n = shifted.sub(12582912f);
        FloatVector r = n.fma(FloatVector.broadcast(SPECIES, -0.6931472f), x);
        r = n.fma(FloatVector.broadcast(SPECIES, 1.9046542e-9f), r);
        FloatVector power = shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23).add(0x3f800000)
                .reinterpretAsFloats();
        FloatVector q = r.fma(0.0013843607f, 0.008374196f);
        q = q.fma(r, FloatVector.broadcast(SPECIES, 0.041668005f));
        q = q.fma(r, FloatVector.broadcast(SPECIES, 0.1666643f));
        q = q.fma(r, FloatVector.broadcast(SPECIES, 0.49999994f));
        q = q.fma(r, FloatVector.broadcast(SPECIES, 1f));
        return q.fma(r.mul(power), power).blend(0f, x.compare(VectorOperators.LT, -87.33654f));
    }
}
