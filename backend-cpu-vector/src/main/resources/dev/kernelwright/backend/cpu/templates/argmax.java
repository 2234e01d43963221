// argmax: out[r] = the column of the greatest element of row r, a block of rows or a part of one row at a time.
//
// A row is read once, in chunks of CHUNK columns: the maximum of a chunk takes two operations a vector, and only the
// chunk that holds the row's maximum is searched for its column. NaN is greater than every number: a sum that runs
// beside the maximum becomes NaN if there is one (or if it is of opposite infinities), and then the chunk is searched
// element by element. With SPLIT over 1, for few long rows, each row is done in that many parts, and a second step
// chooses one.
//
// @parameter CHUNK 2048 512 8192
// @parameter ROWS_PER_BLOCK 8 1 32 128
// @parameter SPLIT 1 2 4 8 16
// @require ROWS_PER_BLOCK == 8 || rows > ROWS_PER_BLOCK / 4
// @require CHUNK == 2048 || cols > CHUNK / 4
// @require SPLIT == 1 || (ROWS_PER_BLOCK == 8 && rows <= 64 && cols / SPLIT >= 8192)
// @step run grid=select(SPLIT==1,ceil_div(rows,ROWS_PER_BLOCK),rows*SPLIT)
// @step combine grid=select(SPLIT==1,0,1)
// @workspace select(SPLIT == 1, 0, 4 * rows * SPLIT)
package dev.kernelwright.backend.cpu.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

final class ArgMax {
    static final int CHUNK = 2048;
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
            int count = firstOfPart(block % SPLIT + 1, cols) - first;
            int best = first + indexOfMax(x, 4L * (block / SPLIT) * cols + 4L * first, count);
            // An empty part offers the last column, which changes nothing.
            workspace.setAtIndex(ValueLayout.JAVA_INT, block, Math.min(best, cols - 1));
            return;
        }
        long end = Math.min(rows, (block + 1L) * ROWS_PER_BLOCK);
        for (long row = (long) block * ROWS_PER_BLOCK; row < end; row++) {
            out.setAtIndex(ValueLayout.JAVA_INT, row, indexOfMax(x, 4 * row * cols, cols));
        }
    }

    static void combine(int block, MemorySegment x, MemorySegment out, MemorySegment workspace, long rows, long cols) {
        for (long row = 0; row < rows; row++) {
            int best = workspace.getAtIndex(ValueLayout.JAVA_INT, row * SPLIT);
            float max = x.getAtIndex(ValueLayout.JAVA_FLOAT, row * cols + best);
            for (int part = 1; part < SPLIT && !Float.isNaN(max); part++) {
                int candidate = workspace.getAtIndex(ValueLayout.JAVA_INT, row * SPLIT + part);
                float value = x.getAtIndex(ValueLayout.JAVA_FLOAT, row * cols + candidate);
                if (value > max || Float.isNaN(value)) {
                    best = candidate;
                    max = value;
                }
            }
            out.setAtIndex(ValueLayout.JAVA_INT, row, best);
        }
    }

    /** Whole vectors, so that only the last part that is not empty has a tail. */
    static int firstOfPart(int part, int cols) {
        return (int) Math.min(cols, (long) part * Math.ceilDiv(Math.ceilDiv(cols, SPLIT), LANES) * LANES);
    }

    /** The first index of the greatest of some floats that begin at a byte; 0 if there are none. */
    static int indexOfMax(MemorySegment x, long start, int count) {
        int bestChunk = 0;
        float best = Float.NEGATIVE_INFINITY;
        int chunks = Math.ceilDiv(count, CHUNK);
        for (int chunk = 0; chunk < chunks; chunk++) {
            int first = chunk * CHUNK;
            int size = Math.min(CHUNK, count - first);
            float max = maxOrNan(x, start + 4L * first, size);
            if (Float.isNaN(max)) {
                int index = first + preciseIndexOfMax(x, start + 4L * first, size);
                max = x.get(ValueLayout.JAVA_FLOAT, start + 4L * index);
                if (Float.isNaN(max)) {
                    return index;
                }
            }
            if (max > best) {
                best = max;
                bestChunk = chunk;
            }
        }
        int first = bestChunk * CHUNK;
        return first + indexOf(x, start + 4L * first, Math.min(CHUNK, count - first), best);
    }

    /** The maximum, or NaN if there is a NaN or if the sum is one of opposite infinities. */
    static float maxOrNan(MemorySegment x, long start, int count) {
        FloatVector m0 = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);
        FloatVector m1 = m0;
        FloatVector m2 = m0;
        FloatVector m3 = m0;
        FloatVector sum = FloatVector.zero(SPECIES);
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
            sum = sum.add(x0.add(x1).add(x2.add(x3)));
        }
        for (int left = count - i; left > 0; left -= LANES) {
            VectorMask<Float> inside = SPECIES.indexInRange(0, left);
            FloatVector v = FloatVector.fromMemorySegment(SPECIES, x, start + 4L * (count - left), ORDER, inside);
            m0 = m0.blend(v, v.compare(VectorOperators.GT, m0, inside));
            sum = sum.add(v);
        }
        return sum.test(VectorOperators.IS_NAN).anyTrue() ? Float.NaN
                : m0.max(m1).max(m2.max(m3)).reduceLanes(VectorOperators.MAX);
    }

    static int indexOf(MemorySegment x, long start, int count, float value) {
        for (int left = count; left > 0; left -= LANES) {
            VectorMask<Float> inside = SPECIES.indexInRange(0, left);
            FloatVector v = FloatVector.fromMemorySegment(SPECIES, x, start + 4L * (count - left), ORDER, inside);
            VectorMask<Float> found = v.compare(VectorOperators.EQ, value, inside);
            if (found.anyTrue()) {
                return count - left + found.firstTrue();
            }
        }
        return 0;
    }

    static int preciseIndexOfMax(MemorySegment x, long start, int count) {
        int best = 0;
        float max = x.get(ValueLayout.JAVA_FLOAT, start);
        for (int i = 1; i < count && !Float.isNaN(max); i++) {
            float value = x.get(ValueLayout.JAVA_FLOAT, start + 4L * i);
            if (value > max || Float.isNaN(value)) {
                best = i;
                max = value;
            }
        }
        return best;
    }
}
