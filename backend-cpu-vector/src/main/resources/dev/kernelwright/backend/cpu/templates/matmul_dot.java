// The matrix product out = a b' with b[n, k], for a few rows: bound by reading b once.
//
// Rows of a and of b lie in order, so each element is a dot product; four rows of b are taken with MR rows of a at a
// time, so that b is read once for MR rows. A block computes a part of the columns.
//
// @parameter MR 1 2 4
// @parameter BLOCKS 8 2 16 64
// @parameter PRODUCTS_PER_BLOCK 262144 65536 1048576
// @require MR == 1 || MR <= m
// @require BLOCKS == 8 || BLOCKS == 2 || BLOCKS * 65536 <= m * n * k
// @require PRODUCTS_PER_BLOCK == 262144 || m * n * k >= 65536
// @step run grid=min(ceil_div(n,4),BLOCKS,max(m*n*k/PRODUCTS_PER_BLOCK,1))
package dev.kernelwright.backend.cpu.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

final class MatMulDot {
    static final int MR = 1;
    static final int BLOCKS = 8;
    static final int PRODUCTS_PER_BLOCK = 262144;
    static final int M = 0;
    static final int N = 0;
    static final int K = 0;

    static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    static final int LANES = SPECIES.length();
    static final ByteOrder ORDER = ByteOrder.nativeOrder();

    static void run(int block, MemorySegment a, MemorySegment b, MemorySegment out, long mArgument, long nArgument,
            long kArgument) {
        int m = M != 0 ? M : (int) mArgument;
        int n = N != 0 ? N : (int) nArgument;
        int k = K != 0 ? K : (int) kArgument;
        int fours = Math.ceilDiv(n, 4);
        long blocks = Math.min(Math.min(fours, BLOCKS), Math.max((long) m * n * k / PRODUCTS_PER_BLOCK, 1));
        int end = (int) Math.min(n, fours * (block + 1L) / blocks * 4);
        for (int column = (int) (fours * (long) block / blocks * 4); column < end; column += 4) {
            if (end - column < 4) {
                for (int c = column; c < end; c++) {
                    oneColumn(a, b, out, c, m, n, k);
                }
            } else {
                fourColumns(a, b, out, column, m, n, k);
            }
        }
    }

    static void oneColumn(MemorySegment a, MemorySegment b, MemorySegment out, int column, int m, int n, int k) {
        for (int row = 0; row < m; row++) {
            FloatVector sum = FloatVector.zero(SPECIES);
            for (int i = 0; i < k; i += LANES) {
                VectorMask<Float> inside = SPECIES.indexInRange(i, k);
                sum = FloatVector.fromMemorySegment(SPECIES, a, 4 * ((long) row * k + i), ORDER, inside).fma(
                        FloatVector.fromMemorySegment(SPECIES, b, 4 * ((long) column * k + i), ORDER, inside), sum);
            }
            store(out, 4 * ((long) row * n + column), sum);
        }
    }

    static void fourColumns(MemorySegment a, MemorySegment b, MemorySegment out, int column, int m, int n, int k) {
        long bAt = 4L * column * k;
        int row = 0;
        for (; row <= m - MR; row += MR) {
            tile(a, 4L * row * k, b, bAt, out, 4 * ((long) row * n + column), n, k);
        }
        for (; row < m; row++) {
            oneRow(a, 4L * row * k, b, bAt, out, 4 * ((long) row * n + column), k);
        }
    }

    /** MR rows by four columns. */
    static void tile(MemorySegment a, long aAt, MemorySegment b, long bAt, MemorySegment out, long outAt, int n, int k) {
        if (MR == 1) {
            oneRow(a, aAt, b, bAt, out, outAt, k);
            return;
        }
        long stride = 4L * k;
        FloatVector zero = FloatVector.zero(SPECIES);
        FloatVector c00 = zero;
        FloatVector c01 = zero;
        FloatVector c02 = zero;
        FloatVector c03 = zero;
        FloatVector c10 = zero;
        FloatVector c11 = zero;
        FloatVector c12 = zero;
        FloatVector c13 = zero;
        FloatVector c20 = zero;
        FloatVector c21 = zero;
        FloatVector c22 = zero;
        FloatVector c23 = zero;
        FloatVector c30 = zero;
        FloatVector c31 = zero;
        FloatVector c32 = zero;
        FloatVector c33 = zero;
        for (int i = 0; i < k; i += LANES) {
            VectorMask<Float> inside = SPECIES.indexInRange(i, k);
            FloatVector b0 = load(b, bAt + 4L * i, inside);
            FloatVector b1 = load(b, bAt + 4L * i + stride, inside);
            FloatVector b2 = load(b, bAt + 4L * i + 2 * stride, inside);
            FloatVector b3 = load(b, bAt + 4L * i + 3 * stride, inside);
            FloatVector x = load(a, aAt + 4L * i, inside);
            c00 = x.fma(b0, c00);
            c01 = x.fma(b1, c01);
            c02 = x.fma(b2, c02);
            c03 = x.fma(b3, c03);
            x = load(a, aAt + 4L * i + stride, inside);
            c10 = x.fma(b0, c10);
            c11 = x.fma(b1, c11);
            c12 = x.fma(b2, c12);
            c13 = x.fma(b3, c13);
            if (MR > 2) {
                x = load(a, aAt + 4L * i + 2 * stride, inside);
                c20 = x.fma(b0, c20);
                c21 = x.fma(b1, c21);
                c22 = x.fma(b2, c22);
                c23 = x.fma(b3, c23);
                x = load(a, aAt + 4L * i + 3 * stride, inside);
                c30 = x.fma(b0, c30);
                c31 = x.fma(b1, c31);
                c32 = x.fma(b2, c32);
                c33 = x.fma(b3, c33);
            }
        }
        store(out, outAt, c00);
        store(out, outAt + 4, c01);
        store(out, outAt + 8, c02);
        store(out, outAt + 12, c03);
        long next = outAt + 4L * n;
        store(out, next, c10);
        store(out, next + 4, c11);
        store(out, next + 8, c12);
        store(out, next + 12, c13);
        if (MR > 2) {
            next += 4L * n;
            store(out, next, c20);
            store(out, next + 4, c21);
            store(out, next + 8, c22);
            store(out, next + 12, c23);
            next += 4L * n;
            store(out, next, c30);
            store(out, next + 4, c31);
            store(out, next + 8, c32);
            store(out, next + 12, c33);
        }
    }

    /** One row by four columns; two sums for each, so that the multiply-adds do not wait for one another. */
    static void oneRow(MemorySegment a, long aAt, MemorySegment b, long bAt, MemorySegment out, long outAt, int k) {
        long stride = 4L * k;
        FloatVector c0 = FloatVector.zero(SPECIES);
        FloatVector c1 = c0;
        FloatVector c2 = c0;
        FloatVector c3 = c0;
        FloatVector d0 = c0;
        FloatVector d1 = c0;
        FloatVector d2 = c0;
        FloatVector d3 = c0;
        int i = 0;
        for (; i <= k - 2 * LANES; i += 2 * LANES) {
            long at = bAt + 4L * i;
            FloatVector x = FloatVector.fromMemorySegment(SPECIES, a, aAt + 4L * i, ORDER);
            c0 = x.fma(FloatVector.fromMemorySegment(SPECIES, b, at, ORDER), c0);
            c1 = x.fma(FloatVector.fromMemorySegment(SPECIES, b, at + stride, ORDER), c1);
            c2 = x.fma(FloatVector.fromMemorySegment(SPECIES, b, at + 2 * stride, ORDER), c2);
            c3 = x.fma(FloatVector.fromMemorySegment(SPECIES, b, at + 3 * stride, ORDER), c3);
            at += 4L * LANES;
            x = FloatVector.fromMemorySegment(SPECIES, a, aAt + 4L * i + 4L * LANES, ORDER);
            d0 = x.fma(FloatVector.fromMemorySegment(SPECIES, b, at, ORDER), d0);
            d1 = x.fma(FloatVector.fromMemorySegment(SPECIES, b, at + stride, ORDER), d1);
            d2 = x.fma(FloatVector.fromMemorySegment(SPECIES, b, at + 2 * stride, ORDER), d2);
            d3 = x.fma(FloatVector.fromMemorySegment(SPECIES, b, at + 3 * stride, ORDER), d3);
        }
        for (; i < k; i += LANES) {
            VectorMask<Float> inside = SPECIES.indexInRange(i, k);
            FloatVector x = load(a, aAt + 4L * i, inside);
            c0 = x.fma(load(b, bAt + 4L * i, inside), c0);
            c1 = x.fma(load(b, bAt + 4L * i + stride, inside), c1);
            c2 = x.fma(load(b, bAt + 4L * i + 2 * stride, inside), c2);
            c3 = x.fma(load(b, bAt + 4L * i + 3 * stride, inside), c3);
        }
        store(out, outAt, c0.add(d0));
        store(out, outAt + 4, c1.add(d1));
        store(out, outAt + 8, c2.add(d2));
        store(out, outAt + 12, c3.add(d3));
    }

    static FloatVector load(MemorySegment segment, long at, VectorMask<Float> inside) {
        return FloatVector.fromMemorySegment(SPECIES, segment, at, ORDER, inside);
    }

    static void store(MemorySegment out, long at, FloatVector sum) {
        out.set(ValueLayout.JAVA_FLOAT, at, sum.reduceLanes(VectorOperators.ADD));
    }
}
