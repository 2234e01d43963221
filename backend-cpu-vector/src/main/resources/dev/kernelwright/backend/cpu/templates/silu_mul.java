// silu_mul: out[i] = gate[i] * sigmoid(gate[i]) * up[i], a block of BLOCK elements at a time.
//
// The sigmoid of g is 1 / (1 + e) if g is positive and e / (1 + e) if it is not, with e = exp(-|g|), which never
// overflows. An n of at most BLOCK is one block, which the calling thread runs alone.
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

final class SiluMul {
    static final int BLOCK = 32768;

    static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    static final int LANES = SPECIES.length();
    static final ByteOrder ORDER = ByteOrder.nativeOrder();

    static void run(int block, MemorySegment gate, MemorySegment up, MemorySegment out, long n) {
        long first = (long) block * BLOCK;
        int count = (int) Math.min(BLOCK, n - first);
        int whole = SPECIES.loopBound(count);
        compute(gate, up, out, 4 * first, whole);
        if (whole < count) {
            computeTail(gate, up, out, 4 * (first + whole), count - whole);
        }
    }

    static void compute(MemorySegment gate, MemorySegment up, MemorySegment out, long start, int count) {
        for (int i = 0; i < count; i += LANES) {
            long at = start + i * 4L;
            FloatVector g = FloatVector.fromMemorySegment(SPECIES, gate, at, ORDER);
            FloatVector u = FloatVector.fromMemorySegment(SPECIES, up, at, ORDER);
            silu(g).mul(u).intoMemorySegment(out, at, ORDER);
        }
    }

    static void computeTail(MemorySegment gate, MemorySegment up, MemorySegment out, long at, int count) {
        VectorMask<Float> inside = SPECIES.indexInRange(0, count);
        FloatVector g = FloatVector.fromMemorySegment(SPECIES, gate, at, ORDER, inside);
        FloatVector u = FloatVector.fromMemorySegment(SPECIES, up, at, ORDER, inside);
        silu(g).mul(u).intoMemorySegment(out, at, ORDER, inside);
    }

    static FloatVector silu(FloatVector g) {
        FloatVector e = expOfNegative(g.abs().neg());
        FloatVector above = FloatVector.broadcast(SPECIES, 1f).blend(e, g.compare(VectorOperators.LT, 0f));
        return g.mul(above.div(e.add(1f)));
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
