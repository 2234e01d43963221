// rope: turns each pair (x1, x2) of a head to (x1 * c - x2 * s, x2 * c + x1 * s), a block of rows at a time.
//
// A pair is i and i + head_dim / 2, which are vectors as they lie; or, if INTERLEAVED, two neighbours, for which each
// cosine and sine is doubled, the partner comes from a shuffle, and the product with the sine is negated in even lanes.
//
// Within HEADS_PER_PASS heads, the loop over them is the inner one: cosines and sines stay in registers, and the loop
// is long, which is best for rows in cache. One head at a time takes memory in its order, which is best for many rows.
//
// @parameter ROWS_PER_BLOCK 8 1 2 4 32 128
// @parameter HEADS_PER_PASS 64 1
// @require ROWS_PER_BLOCK == 8 || rows > ROWS_PER_BLOCK / 4
// @step run grid=ceil_div(rows,ROWS_PER_BLOCK)
package dev.kernelwright.backend.cpu.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

final class Rope {
    static final int ROWS_PER_BLOCK = 8;
    static final int HEADS_PER_PASS = 64;
    static final int HEADS = 0;
    static final int HEAD_DIM = 0;
    static final boolean INTERLEAVED = false;

    static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    static final int LANES = SPECIES.length();
    static final ByteOrder ORDER = ByteOrder.nativeOrder();

    static final IntVector LANE = IntVector.zero(IntVector.SPECIES_PREFERRED).addIndex(1);
    static final VectorShuffle<Float> PARTNER = LANE.lanewise(VectorOperators.XOR, 1).toShuffle().cast(SPECIES);
    static final VectorShuffle<Float> DOUBLE_LOW = LANE.lanewise(VectorOperators.LSHR, 1).toShuffle().cast(SPECIES);
    static final VectorShuffle<Float> DOUBLE_HIGH = LANE.add(LANES).lanewise(VectorOperators.LSHR, 1).toShuffle()
            .cast(SPECIES);
    static final VectorMask<Float> EVEN = LANE.and(1).eq(0).cast(SPECIES);

    static void run(int block, MemorySegment x, MemorySegment cos, MemorySegment sin, MemorySegment position,
            MemorySegment out, long rows, long headsArgument, long headDimArgument, long positions) {
        int heads = HEADS != 0 ? HEADS : (int) headsArgument;
        int pairs = (HEAD_DIM != 0 ? HEAD_DIM : (int) headDimArgument) / 2;
        long end = Math.min(rows, (block + 1L) * ROWS_PER_BLOCK);
        for (long row = (long) block * ROWS_PER_BLOCK; row < end; row++) {
            int at = position.getAtIndex(ValueLayout.JAVA_INT, row);
            // A wrong position becomes an offset at which the bounds check of the first load throws.
            long angles = at >= 0 && at < positions ? 4L * at * pairs : -1;
            for (long head = 0; head < heads; head += HEADS_PER_PASS) {
                long start = 8 * (row * heads + head) * pairs;
                int count = (int) Math.min(HEADS_PER_PASS, heads - head);
                if (INTERLEAVED) {
                    turnNeighbours(x, cos, sin, out, start, angles, count, pairs);
                } else {
                    turnHalves(x, cos, sin, out, start, angles, count, pairs);
                }
            }
        }
    }

    static void turnHalves(MemorySegment x, MemorySegment cos, MemorySegment sin, MemorySegment out, long start,
            long angles, int heads, int pairs) {
        int whole = SPECIES.loopBound(pairs);
        for (int i = 0; i < whole; i += LANES) {
            FloatVector c = FloatVector.fromMemorySegment(SPECIES, cos, angles + i * 4L, ORDER);
            FloatVector s = FloatVector.fromMemorySegment(SPECIES, sin, angles + i * 4L, ORDER);
            for (int head = 0; head < heads; head++) {
                long first = start + 8L * pairs * head + i * 4L;
                long second = first + 4L * pairs;
                FloatVector x1 = FloatVector.fromMemorySegment(SPECIES, x, first, ORDER);
                FloatVector x2 = FloatVector.fromMemorySegment(SPECIES, x, second, ORDER);
                x1.fma(c, x2.mul(s).neg()).intoMemorySegment(out, first, ORDER);
                x2.fma(c, x1.mul(s)).intoMemorySegment(out, second, ORDER);
            }
        }
        if (whole < pairs) {
            turnHalvesTail(x, cos, sin, out, start, angles, heads, pairs, whole);
        }
    }

    static void turnHalvesTail(MemorySegment x, MemorySegment cos, MemorySegment sin, MemorySegment out, long start,
            long angles, int heads, int pairs, int i) {
        VectorMask<Float> inside = SPECIES.indexInRange(i, pairs);
        FloatVector c = FloatVector.fromMemorySegment(SPECIES, cos, angles + i * 4L, ORDER, inside);
        FloatVector s = FloatVector.fromMemorySegment(SPECIES, sin, angles + i * 4L, ORDER, inside);
        for (int head = 0; head < heads; head++) {
            long first = start + 8L * pairs * head + i * 4L;
            long second = first + 4L * pairs;
            FloatVector x1 = FloatVector.fromMemorySegment(SPECIES, x, first, ORDER, inside);
            FloatVector x2 = FloatVector.fromMemorySegment(SPECIES, x, second, ORDER, inside);
            x1.fma(c, x2.mul(s).neg()).intoMemorySegment(out, first, ORDER, inside);
            x2.fma(c, x1.mul(s)).intoMemorySegment(out, second, ORDER, inside);
        }
    }

    static void turnNeighbours(MemorySegment x, MemorySegment cos, MemorySegment sin, MemorySegment out, long start,
            long angles, int heads, int pairs) {
        int whole = SPECIES.loopBound(pairs);
        for (int i = 0; i < whole; i += LANES) {
            FloatVector c = FloatVector.fromMemorySegment(SPECIES, cos, angles + i * 4L, ORDER);
            FloatVector s = FloatVector.fromMemorySegment(SPECIES, sin, angles + i * 4L, ORDER);
            FloatVector cLow = c.rearrange(DOUBLE_LOW);
            FloatVector sLow = s.rearrange(DOUBLE_LOW);
            FloatVector cHigh = c.rearrange(DOUBLE_HIGH);
            FloatVector sHigh = s.rearrange(DOUBLE_HIGH);
            for (int head = 0; head < heads; head++) {
                long low = start + 8L * pairs * head + i * 8L;
                long high = low + 4L * LANES;
                turn(FloatVector.fromMemorySegment(SPECIES, x, low, ORDER), cLow, sLow)
                        .intoMemorySegment(out, low, ORDER);
                turn(FloatVector.fromMemorySegment(SPECIES, x, high, ORDER), cHigh, sHigh)
                        .intoMemorySegment(out, high, ORDER);
            }
        }
        if (whole < pairs) {
            turnNeighboursTail(x, cos, sin, out, start, angles, heads, pairs, whole);
        }
    }

    static void turnNeighboursTail(MemorySegment x, MemorySegment cos, MemorySegment sin, MemorySegment out,
            long start, long angles, int heads, int pairs, int i) {
        VectorMask<Float> inside = SPECIES.indexInRange(i, pairs);
        FloatVector c = FloatVector.fromMemorySegment(SPECIES, cos, angles + i * 4L, ORDER, inside);
        FloatVector s = FloatVector.fromMemorySegment(SPECIES, sin, angles + i * 4L, ORDER, inside);
        FloatVector cLow = c.rearrange(DOUBLE_LOW);
        FloatVector sLow = s.rearrange(DOUBLE_LOW);
        FloatVector cHigh = c.rearrange(DOUBLE_HIGH);
        FloatVector sHigh = s.rearrange(DOUBLE_HIGH);
        int left = 2 * (pairs - i);
        VectorMask<Float> insideLow = SPECIES.indexInRange(0, left);
        VectorMask<Float> insideHigh = SPECIES.indexInRange(LANES, left);
        for (int head = 0; head < heads; head++) {
            long low = start + 8L * pairs * head + i * 8L;
            turn(FloatVector.fromMemorySegment(SPECIES, x, low, ORDER, insideLow), cLow, sLow)
                    .intoMemorySegment(out, low, ORDER, insideLow);
            if (left > LANES) {
                long high = low + 4L * LANES;
                turn(FloatVector.fromMemorySegment(SPECIES, x, high, ORDER, insideHigh), cHigh, sHigh)
                        .intoMemorySegment(out, high, ORDER, insideHigh);
            }
        }
    }

    static FloatVector turn(FloatVector x, FloatVector c, FloatVector s) {
        FloatVector product = x.rearrange(PARTNER).mul(s);
        return x.fma(c, product.lanewise(VectorOperators.NEG, EVEN));
    }
}
