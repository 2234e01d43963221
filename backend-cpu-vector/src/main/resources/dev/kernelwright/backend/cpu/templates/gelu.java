// gelu: out[i] = x[i] / 2 * (1 + tanh(y / 2)) with y = 2 sqrt(2 / pi) (x[i] + 0.044715 x[i]^3), BLOCK elements at a
// time.
//
// (1 + tanh(y / 2)) / 2 is the sigmoid of y, in which nothing cancels: 1 / (1 + e) if y is positive and e / (1 + e) if
// it is not, with e = exp(-|y|), which never overflows. An n of at most BLOCK is one block, which the calling thread
// runs alone.
//
// @parameter BLOCK 32768 4096 8192 16384 65536 262144
// @require BLOCK == 32768 || n > BLOCK / 4
// @step run grid=ceil_div(n,BLOCK)
package dev.kernelwright.backend.cpu.kernel;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

final class Gelu {
    static final int BLOCK = 32768;

    static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    static final int LANES = SPECIES.length();
    static final ByteOrder ORDER = ByteOrder.nativeOrder();

    static void run(int block, MemorySegment x, MemorySegment out, long n) {
        long first = (long) block * BLOCK;
        int count = (int) Math.min(BLOCK, n - first);
        int whole = SPECIES.loopBound(count);
        compute(x, out, 4 * first, whole);
        if (whole < count) {
            computeTail(x, out, 4 * (first + whole), count - whole);
        }
    }

    static void compute(MemorySegment x, MemorySegment out, long start, int count) {
        for (int i = 0; i < count; i += LANES) {
            long at = start + i * 4L;
            gelu(FloatVector.fromMemorySegment(SPECIES, x, at, ORDER)).intoMemorySegment(out, at, ORDER);
        }
    }

    static void computeTail(MemorySegment x, MemorySegment out, long at, int count) {
        VectorMask<Float> inside = SPECIES.indexInRange(0, count);
        gelu(FloatVector.fromMemorySegment(SPECIES, x, at, ORDER, inside)).intoMemorySegment(out, at, ORDER, inside);
    }

    static FloatVector gelu(FloatVector x) {
        FloatVector y = x.mul(x.mul(x).fma(0.07135482f, 1.5957691f));
        FloatVector e = expOfNegative(y.abs().neg());
        FloatVector above = FloatVector.broadcast(SPECIES, 1f).blend(e, y.compare(VectorOperators.LT, 0f));
        return x.mul(above.div(e.add(1f)));
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
