// The matrix product out = a b with b[k, n], for a few rows: bound by reading b once.
//
// b is read along its rows, KU of them at a time, and their products with MR rows of a are added to what MR rows of the
// result hold so far, which stay in the first level of cache: a block computes COLS columns. Where that gives too few
// blocks, k is divided too, and a second step adds up the partial results.
//
// @parameter MR 4 1 2 8
// @parameter KU 4 8 2
// @parameter COLS 1024 512 2048
// @parameter SPLIT 4 1 16 64
// @require MR == 4 || MR <= m
// @require MR * KU <= 16
// @require COLS == 1024 || COLS / 2 < n
// @require SPLIT == 4 || SPLIT == 1 || SPLIT * 262144 <= n * k
// @step run grid=ceil_div(n,COLS)*min(SPLIT,max(n*k/262144,1))
// @step sum grid=select(min(SPLIT,n*k/262144)>1,ceil_div(m*n,16384),0)
// @workspace select(min(SPLIT,n*k/262144)>1,min(SPLIT,n*k/262144)*m*n*4,0)
package dev.kernelwright.backend.cpu.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

final class MatMulVector {
    static final int MR = 4;
    static final int KU = 4;
    static final int COLS = 1024;
    static final int SPLIT = 4;
    static final int M = 0;
    static final int N = 0;
    static final int K = 0;

    /** A megabyte of b: less would not be worth dividing. */
    static final int PRODUCTS_PER_SPLIT = 262_144;
    static final int ELEMENTS_PER_SUM = 16_384;
    static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    static final int LANES = SPECIES.length();
    static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
    static final ByteOrder ORDER = ByteOrder.nativeOrder();

    static void run(int block, MemorySegment a, MemorySegment b, MemorySegment out, MemorySegment workspace,
            long mArgument, long nArgument, long kArgument) {
        int m = M != 0 ? M : (int) mArgument;
        int n = N != 0 ? N : (int) nArgument;
        int k = K != 0 ? K : (int) kArgument;
        int splits = splits(n, k);
        int split = block % splits;
        int col = block / splits * COLS;
        int cols = Math.min(COLS, n - col);
        int start = (int) ((long) k * split / splits);
        int end = (int) ((long) k * (split + 1) / splits);
        MemorySegment to = splits == 1 ? out : workspace;
        multiply(a, b, to, ((long) split * m * n + col) * 4, start, end, col, cols, m, n, k);
    }

    static int splits(int n, int k) {
        return (int) Math.min(SPLIT, Math.max((long) n * k / PRODUCTS_PER_SPLIT, 1));
    }

    static void multiply(MemorySegment a, MemorySegment b, MemorySegment to, long toAt, int start, int end, int col,
            int cols, int m, int n, int k) {
        int whole = cols / LANES * LANES;
        for (int r = 0; r < m; r++) {
            clear(to, toAt + r * (n * 4L), whole);
        }
        int p = start;
        for (; p <= end - KU; p += KU) {
            long bAt = ((long) p * n + col) * 4;
            int r = 0;
            for (; r <= m - MR; r += MR) {
                addRows(a, ((long) r * k + p) * 4, k * 4L, b, bAt, n * 4L, to, toAt + r * (n * 4L), n * 4L, whole);
            }
            for (; r < m; r++) {
                addRow(a, ((long) r * k + p) * 4, b, bAt, n * 4L, to, toAt + r * (n * 4L), whole);
            }
        }
        for (; p < end; p++) {
            for (int r = 0; r < m; r++) {
                addProduct(a, ((long) r * k + p) * 4, b, ((long) p * n + col) * 4, to, toAt + r * (n * 4L), whole);
            }
        }
        if (whole < cols) {
            for (int r = 0; r < m; r++) {
                edge(a, (long) r * k * 4, start, end, b, (col + whole) * 4L, n * 4L, to, toAt + (r * (long) n + whole) * 4,
                        cols - whole);
            }
        }
    }

    static void clear(MemorySegment to, long toAt, int cols) {
        for (int j = 0; j < cols; j += LANES) {
            FloatVector.zero(SPECIES).intoMemorySegment(to, toAt + j * 4L, ORDER);
        }
    }

    /** Adds the products of MR rows of a with KU rows of b. */
    static void addRows(MemorySegment a, long aAt, long aStride, MemorySegment b, long bAt, long bStride,
            MemorySegment to, long toAt, long toStride, int cols) {
        FloatVector zero = FloatVector.zero(SPECIES);
        FloatVector a00 = FloatVector.broadcast(SPECIES, a.get(FLOAT, aAt));
        FloatVector a01 = KU > 1 ? FloatVector.broadcast(SPECIES, a.get(FLOAT, aAt + 4)) : zero;
        FloatVector a02 = KU > 2 ? FloatVector.broadcast(SPECIES, a.get(FLOAT, aAt + 8)) : zero;
        FloatVector a03 = KU > 3 ? FloatVector.broadcast(SPECIES, a.get(FLOAT, aAt + 12)) : zero;
        FloatVector a04 = KU > 4 ? FloatVector.broadcast(SPECIES, a.get(FLOAT, aAt + 16)) : zero;
        FloatVector a05 = KU > 5 ? FloatVector.broadcast(SPECIES, a.get(FLOAT, aAt + 20)) : zero;
        FloatVector a06 = KU > 6 ? FloatVector.broadcast(SPECIES, a.get(FLOAT, aAt + 24)) : zero;
        FloatVector a07 = KU > 7 ? FloatVector.broadcast(SPECIES, a.get(FLOAT, aAt + 28)) : zero;
        FloatVector a10 = MR > 1 ? FloatVector.broadcast(SPECIES, a.get(FLOAT, aAt + aStride)) : zero;
        FloatVector a11 = MR > 1 && KU > 1 ? FloatVector.broadcast(SPECIES, a.get(FLOAT, aAt + aStride + 4)) : zero;
        FloatVector a12 = MR > 1 && KU > 2 ? FloatVector.broadcast(SPECIES, a.get(FLOAT, aAt + aStride + 8)) : zero;
        FloatVector a13 = MR > 1 && KU > 3 ? FloatVector.broadcast(SPECIES, a.get(FLOAT, aAt + aStride + 12)) : zero;
        FloatVector a14 = MR > 1 && KU > 4 ? FloatVector.broadcast(SPECIES, a.get(FLOAT, aAt + aStride + 16)) : zero;
        FloatVector a15 = MR > 1 && KU > 5 ? FloatVector.broadcast(SPECIES, a.get(FLOAT, aAt + aStride + 20)) : zero;
        FloatVector a16 = MR > 1 && KU > 6 ? FloatVector.broadcast(SPECIES, a.get(FLOAT, aAt + aStride + 24)) : zero;
        FloatVector a17 = MR > 1 && KU > 7 ? FloatVector.broadcast(SPECIES, a.get(FLOAT, aAt + aStride + 28)) : zero;
        FloatVector a20 = MR > 2 ? FloatVector.broadcast(SPECIES, a.get(FLOAT, aAt + 2 * aStride)) : zero;
        FloatVector a21 = MR > 2 && KU > 1 ? FloatVector.broadcast(SPECIES, a.get(FLOAT, aAt + 2 * aStride + 4)) : zero;
        FloatVector a22 = MR > 2 && KU > 2 ? FloatVector.broadcast(SPECIES, a.get(FLOAT, aAt + 2 * aStride + 8)) : zero;
        FloatVector a23 = MR > 2 && KU > 3 ? FloatVector.broadcast(SPECIES, a.get(FLOAT, aAt + 2 * aStride + 12)) : zero;
        FloatVector a30 = MR > 3 ? FloatVector.broadcast(SPECIES, a.get(FLOAT, aAt + 3 * aStride)) : zero;
        FloatVector a31 = MR > 3 && KU > 1 ? FloatVector.broadcast(SPECIES, a.get(FLOAT, aAt + 3 * aStride + 4)) : zero;
        FloatVector a32 = MR > 3 && KU > 2 ? FloatVector.broadcast(SPECIES, a.get(FLOAT, aAt + 3 * aStride + 8)) : zero;
        FloatVector a33 = MR > 3 && KU > 3 ? FloatVector.broadcast(SPECIES, a.get(FLOAT, aAt + 3 * aStride + 12)) : zero;
        FloatVector a40 = MR > 4 ? FloatVector.broadcast(SPECIES, a.get(FLOAT, aAt + 4 * aStride)) : zero;
        FloatVector a41 = MR > 4 && KU > 1 ? FloatVector.broadcast(SPECIES, a.get(FLOAT, aAt + 4 * aStride + 4)) : zero;
        FloatVector a50 = MR > 5 ? FloatVector.broadcast(SPECIES, a.get(FLOAT, aAt + 5 * aStride)) : zero;
        FloatVector a51 = MR > 5 && KU > 1 ? FloatVector.broadcast(SPECIES, a.get(FLOAT, aAt + 5 * aStride + 4)) : zero;
        FloatVector a60 = MR > 6 ? FloatVector.broadcast(SPECIES, a.get(FLOAT, aAt + 6 * aStride)) : zero;
        FloatVector a61 = MR > 6 && KU > 1 ? FloatVector.broadcast(SPECIES, a.get(FLOAT, aAt + 6 * aStride + 4)) : zero;
        FloatVector a70 = MR > 7 ? FloatVector.broadcast(SPECIES, a.get(FLOAT, aAt + 7 * aStride)) : zero;
        FloatVector a71 = MR > 7 && KU > 1 ? FloatVector.broadcast(SPECIES, a.get(FLOAT, aAt + 7 * aStride + 4)) : zero;
        for (int j = 0; j < cols; j += LANES) {
            long at = bAt + j * 4L;
            FloatVector b0 = FloatVector.fromMemorySegment(SPECIES, b, at, ORDER);
            FloatVector b1 = KU > 1 ? FloatVector.fromMemorySegment(SPECIES, b, at + bStride, ORDER) : zero;
            FloatVector b2 = KU > 2 ? FloatVector.fromMemorySegment(SPECIES, b, at + 2 * bStride, ORDER) : zero;
            FloatVector b3 = KU > 3 ? FloatVector.fromMemorySegment(SPECIES, b, at + 3 * bStride, ORDER) : zero;
            FloatVector b4 = KU > 4 ? FloatVector.fromMemorySegment(SPECIES, b, at + 4 * bStride, ORDER) : zero;
            FloatVector b5 = KU > 5 ? FloatVector.fromMemorySegment(SPECIES, b, at + 5 * bStride, ORDER) : zero;
            FloatVector b6 = KU > 6 ? FloatVector.fromMemorySegment(SPECIES, b, at + 6 * bStride, ORDER) : zero;
            FloatVector b7 = KU > 7 ? FloatVector.fromMemorySegment(SPECIES, b, at + 7 * bStride, ORDER) : zero;
            long to0 = toAt + j * 4L;
            FloatVector c0 = FloatVector.fromMemorySegment(SPECIES, to, to0, ORDER);
            c0 = a00.fma(b0, c0);
            c0 = KU > 1 ? a01.fma(b1, c0) : c0;
            c0 = KU > 2 ? a02.fma(b2, c0) : c0;
            c0 = KU > 3 ? a03.fma(b3, c0) : c0;
            c0 = KU > 4 ? a04.fma(b4, c0) : c0;
            c0 = KU > 5 ? a05.fma(b5, c0) : c0;
            c0 = KU > 6 ? a06.fma(b6, c0) : c0;
            c0 = KU > 7 ? a07.fma(b7, c0) : c0;
            c0.intoMemorySegment(to, to0, ORDER);
            if (MR > 1) {
                FloatVector c = FloatVector.fromMemorySegment(SPECIES, to, to0 + toStride, ORDER);
                c = a10.fma(b0, c);
                c = KU > 1 ? a11.fma(b1, c) : c;
                c = KU > 2 ? a12.fma(b2, c) : c;
                c = KU > 3 ? a13.fma(b3, c) : c;
                c = KU > 4 ? a14.fma(b4, c) : c;
                c = KU > 5 ? a15.fma(b5, c) : c;
                c = KU > 6 ? a16.fma(b6, c) : c;
                c = KU > 7 ? a17.fma(b7, c) : c;
                c.intoMemorySegment(to, to0 + toStride, ORDER);
            }
            if (MR > 2) {
                FloatVector c = FloatVector.fromMemorySegment(SPECIES, to, to0 + 2 * toStride, ORDER);
                c = a20.fma(b0, c);
                c = KU > 1 ? a21.fma(b1, c) : c;
                c = KU > 2 ? a22.fma(b2, c) : c;
                c = KU > 3 ? a23.fma(b3, c) : c;
                c.intoMemorySegment(to, to0 + 2 * toStride, ORDER);
            }
            if (MR > 3) {
                FloatVector c = FloatVector.fromMemorySegment(SPECIES, to, to0 + 3 * toStride, ORDER);
                c = a30.fma(b0, c);
                c = KU > 1 ? a31.fma(b1, c) : c;
                c = KU > 2 ? a32.fma(b2, c) : c;
                c = KU > 3 ? a33.fma(b3, c) : c;
                c.intoMemorySegment(to, to0 + 3 * toStride, ORDER);
            }
            if (MR > 4) {
                FloatVector c = FloatVector.fromMemorySegment(SPECIES, to, to0 + 4 * toStride, ORDER);
                c = a40.fma(b0, c);
                c = KU > 1 ? a41.fma(b1, c) : c;
                c.intoMemorySegment(to, to0 + 4 * toStride, ORDER);
            }
            if (MR > 5) {
                FloatVector c = FloatVector.fromMemorySegment(SPECIES, to, to0 + 5 * toStride, ORDER);
                c = a50.fma(b0, c);
                c = KU > 1 ? a51.fma(b1, c) : c;
                c.intoMemorySegment(to, to0 + 5 * toStride, ORDER);
            }
            if (MR > 6) {
                FloatVector c = FloatVector.fromMemorySegment(SPECIES, to, to0 + 6 * toStride, ORDER);
                c = a60.fma(b0, c);
                c = KU > 1 ? a61.fma(b1, c) : c;
                c.intoMemorySegment(to, to0 + 6 * toStride, ORDER);
            }
            if (MR > 7) {
                FloatVector c = FloatVector.fromMemorySegment(SPECIES, to, to0 + 7 * toStride, ORDER);
                c = a70.fma(b0, c);
                c = KU > 1 ? a71.fma(b1, c) : c;
                c.intoMemorySegment(to, to0 + 7 * toStride, ORDER);
            }
        }
    }

    /** Adds the products of one row of a with KU rows of b. */
    static void addRow(MemorySegment a, long aAt, MemorySegment b, long bAt, long bStride, MemorySegment to, long toAt,
            int cols) {
        FloatVector zero = FloatVector.zero(SPECIES);
        FloatVector a0 = spread(a, aAt);
        FloatVector a1 = KU > 1 ? spread(a, aAt + 4) : zero;
        FloatVector a2 = KU > 2 ? spread(a, aAt + 8) : zero;
        FloatVector a3 = KU > 3 ? spread(a, aAt + 12) : zero;
        FloatVector a4 = KU > 4 ? spread(a, aAt + 16) : zero;
        FloatVector a5 = KU > 5 ? spread(a, aAt + 20) : zero;
        FloatVector a6 = KU > 6 ? spread(a, aAt + 24) : zero;
        FloatVector a7 = KU > 7 ? spread(a, aAt + 28) : zero;
        for (int j = 0; j < cols; j += LANES) {
            long at = bAt + j * 4L;
            FloatVector c = a0.fma(load(b, at), load(to, toAt + j * 4L));
            c = KU > 1 ? a1.fma(load(b, at + bStride), c) : c;
            c = KU > 2 ? a2.fma(load(b, at + 2 * bStride), c) : c;
            c = KU > 3 ? a3.fma(load(b, at + 3 * bStride), c) : c;
            c = KU > 4 ? a4.fma(load(b, at + 4 * bStride), c) : c;
            c = KU > 5 ? a5.fma(load(b, at + 5 * bStride), c) : c;
            c = KU > 6 ? a6.fma(load(b, at + 6 * bStride), c) : c;
            c = KU > 7 ? a7.fma(load(b, at + 7 * bStride), c) : c;
            c.intoMemorySegment(to, toAt + j * 4L, ORDER);
        }
    }

    /** Adds the product of one element of a with a row of b. */
    static void addProduct(MemorySegment a, long aAt, MemorySegment b, long bAt, MemorySegment to, long toAt, int cols) {
        FloatVector factor = spread(a, aAt);
        for (int j = 0; j < cols; j += LANES) {
            factor.fma(load(b, bAt + j * 4L), load(to, toAt + j * 4L)).intoMemorySegment(to, toAt + j * 4L, ORDER);
        }
    }

    /** Computes the last columns of one row, fewer than a vector has lanes. */
    static void edge(MemorySegment a, long aAt, int start, int end, MemorySegment b, long bAt, long bStride,
            MemorySegment to, long toAt, int cols) {
        VectorMask<Float> mask = SPECIES.indexInRange(0, cols);
        FloatVector c = FloatVector.zero(SPECIES);
        for (int p = start; p < end; p++) {
            c = spread(a, aAt + p * 4L).fma(FloatVector.fromMemorySegment(SPECIES, b, bAt + p * bStride, ORDER, mask), c);
        }
        c.intoMemorySegment(to, toAt, ORDER, mask);
    }

    /** Adds up the partial results. */
    static void sum(int block, MemorySegment a, MemorySegment b, MemorySegment out, MemorySegment workspace,
            long mArgument, long nArgument, long kArgument) {
        long elements = (M != 0 ? M : mArgument) * (N != 0 ? N : nArgument);
        int splits = splits(N != 0 ? N : (int) nArgument, K != 0 ? K : (int) kArgument);
        long first = (long) block * ELEMENTS_PER_SUM;
        int count = (int) Math.min(ELEMENTS_PER_SUM, elements - first);
        for (int i = 0; i < count; i += LANES) {
            VectorMask<Float> mask = SPECIES.indexInRange(i, count);
            FloatVector total = FloatVector.zero(SPECIES);
            for (int split = 0; split < splits; split++) {
                long at = (split * elements + first + i) * 4;
                total = total.add(FloatVector.fromMemorySegment(SPECIES, workspace, at, ORDER, mask));
            }
            total.intoMemorySegment(out, (first + i) * 4, ORDER, mask);
        }
    }

    static FloatVector load(MemorySegment segment, long at) {
        return FloatVector.fromMemorySegment(SPECIES, segment, at, ORDER);
    }

    static FloatVector spread(MemorySegment segment, long at) {
        return FloatVector.broadcast(SPECIES, segment.get(FLOAT, at));
    }
}
