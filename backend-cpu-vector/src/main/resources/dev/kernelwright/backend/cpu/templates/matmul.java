// The matrix product out = a b with b[k, n], or out = a b' with b[n, k], for more than a few rows.
//
// After Goto and van de Geijn, "Anatomy of high-performance matrix multiplication" (ACM TOMS 34(3), 2008). A register
// tile of MR rows by NV vectors sums up to KC products. COLS columns of b are copied for it into the block's slice of
// the workspace, in panels as wide as a tile, to be read in order and from the cache; with PACK = 0, for few rows, only a
// panel that is narrower than a tile is; b' is always copied, and transposed on the way. a is read in place. Blocks divide the output by columns first, so that few of
// them pack the same. Tiles at the lower edge begin early enough to be whole, and a tile that must not be written as a
// whole, or not over what is there, goes by way of a scratch tile.
//
// The library's methods are called directly in tile(): beyond 18000 nodes C2 inlines no others, and a vector that is
// passed to a call becomes an object.
//
// @parameter MR 4 6
// @parameter NV 4 2
// @parameter PACK 1 0
// @parameter KC 1024 512 256
// @parameter COLS 128 64 256
// @parameter BLOCKS 8 2 32 128
// @require MR == 4 || m > 4
// @require PACK == 1 || (m <= 128 && transpose_b == 0)
// @require KC == 1024 || KC < k
// @require COLS == 128 || COLS / 2 < n
// @require BLOCKS == 8 || BLOCKS == 2 && m * n * k > 16000000 || BLOCKS > 8 && BLOCKS * 1000000 < m * n * k
// @step run grid=min(ceil_div(m,MR*16)*ceil_div(n,COLS),BLOCKS,max(m*n*k/1000000,1))
// @workspace min(ceil_div(m,MR*16)*ceil_div(n,COLS),BLOCKS,max(m*n*k/1000000,1))*(min(KC,k)*COLS*4+MR*NV*64)
package dev.kernelwright.backend.cpu.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

final class MatMul {
    static final int MR = 4;
    static final int NV = 4;
    static final int PACK = 1;
    static final int KC = 1024;
    static final int COLS = 128;
    static final int BLOCKS = 8;
    static final int M = 0;
    static final int N = 0;
    static final int K = 0;
    static final boolean TRANSPOSE_B = false;

    /** Fewer products in a block would not be worth waking a thread for. */
    static final int PRODUCTS_PER_BLOCK = 1_000_000;
    static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    static final int LANES = SPECIES.length();
    static final int WIDTH = NV * LANES;
    static final int GROUP = MR * 16;
    static final ByteOrder ORDER = ByteOrder.nativeOrder();

    static void run(int block, MemorySegment a, MemorySegment b, MemorySegment out, MemorySegment workspace,
            long mArgument, long nArgument, long kArgument) {
        int m = M != 0 ? M : (int) mArgument;
        int n = N != 0 ? N : (int) nArgument;
        int k = K != 0 ? K : (int) kArgument;
        int groups = Math.ceilDiv(m, GROUP);
        long parts = (long) groups * Math.ceilDiv(n, COLS);
        long blocks = Math.min(Math.min(parts, BLOCKS), Math.max((long) m * n * k / PRODUCTS_PER_BLOCK, 1));
        long slice = block * (Math.min(KC, k) * (COLS * 4L) + MR * NV * 64);
        long end = parts * (block + 1) / blocks;
        for (long part = parts * block / blocks; part < end;) {
            int group = (int) (part % groups);
            int count = (int) Math.min(groups - group, end - part);
            int rowEnd = (int) Math.min(m, (long) (group + count) * GROUP);
            multiply(a, b, out, workspace, slice, group * GROUP, rowEnd, (int) (part / groups) * COLS, m, n, k);
            part += count;
        }
    }

    /** Computes the rows from {@code row} to below {@code rowEnd} of the COLS columns that begin at {@code col}. */
    static void multiply(MemorySegment a, MemorySegment b, MemorySegment out, MemorySegment workspace, long slice,
            int row, int rowEnd, int col, int m, int n, int k) {
        int cols = Math.min(COLS, n - col);
        int depth = Math.ceilDiv(k, Math.max(Math.ceilDiv(k, KC), 1));
        int p = 0;
        do {
            int count = Math.min(depth, k - p);
            long bAt = (TRANSPOSE_B ? (long) col * k + p : (long) p * n + col) * 4;
            if (TRANSPOSE_B) {
                packTransposed(b, bAt, k * 4L, count, cols, workspace, slice);
            } else {
                pack(b, bAt, n * 4L, count, cols, workspace, slice);
            }
            for (int i = row; i < rowEnd; i += MR) {
                tiles(a, b, bAt, out, workspace, slice, i, col, cols, p, count, m, n, k);
            }
            p += count;
        } while (p < k);
    }

    /** Copies {@code depth} rows of b into panels of WIDTH columns, the last of which is filled up with zeros. */
    static void pack(MemorySegment b, long bAt, long stride, int depth, int cols, MemorySegment workspace, long slice) {
        int whole = cols / WIDTH * WIDTH;
        int first = PACK != 0 ? 0 : whole;
        for (int p = 0; p < depth; p++) {
            long from = bAt + p * stride + first * 4L;
            long to = slice + ((long) first * depth + p * WIDTH) * 4;
            for (int j = first; j < whole; j += WIDTH) {
                for (int v = 0; v < NV; v++) {
                    load(b, from + v * (LANES * 4L)).intoMemorySegment(workspace, to + v * (LANES * 4L), ORDER);
                }
                from += WIDTH * 4L;
                to += depth * (WIDTH * 4L);
            }
            for (int j = whole; j < cols || j % WIDTH != 0; j += LANES) {
                FloatVector.fromMemorySegment(SPECIES, b, from, ORDER, SPECIES.indexInRange(j, cols))
                        .intoMemorySegment(workspace, to, ORDER);
                from += LANES * 4L;
                to += LANES * 4L;
            }
        }
    }

    /** Copies a part of {@code cols} rows of b into panels, as their columns; the last panel is filled up with zeros. */
    static void packTransposed(MemorySegment b, long bAt, long stride, int depth, int cols, MemorySegment workspace,
            long slice) {
        for (int j = 0; j < cols || j % WIDTH != 0; j++) {
            long to = slice + ((long) (j / WIDTH) * depth * WIDTH + j % WIDTH) * 4;
            for (int p = 0; p < depth; p++) {
                float value = j < cols ? b.get(ValueLayout.JAVA_FLOAT, bAt + j * stride + p * 4L) : 0;
                workspace.set(ValueLayout.JAVA_FLOAT, to + p * (WIDTH * 4L), value);
            }
        }
    }

    /** Computes, or adds to, the tiles of MR rows from {@code row} on: {@code depth} products of each element. */
    static void tiles(MemorySegment a, MemorySegment b, long bAt, MemorySegment out, MemorySegment workspace, long slice,
            int row, int col, int cols, int p, int depth, int m, int n, int k) {
        int first = Math.max(Math.min(row, m - MR), 0);
        long aAt = ((long) first * k + p) * 4;
        long outAt = ((long) first * n + col) * 4;
        long scratch = slice + Math.min(KC, k) * (COLS * 4L);
        for (int j = 0; j < cols; j += WIDTH) {
            boolean whole = cols - j >= WIDTH;
            boolean packed = PACK != 0 || !whole;
            MemorySegment from = packed ? workspace : b;
            long fromAt = packed ? slice + (long) j * depth * 4 : bAt + j * 4L;
            long fromStride = packed ? WIDTH * 4L : n * 4L;
            if (m >= MR && p == 0 && first == row && whole) {
                tile(a, aAt, k * 4L, from, fromAt, fromStride, depth, out, outAt + j * 4L, n * 4L);
                continue;
            }
            if (m >= MR) {
                tile(a, aAt, k * 4L, from, fromAt, fromStride, depth, workspace, scratch, WIDTH * 4L);
            } else {
                for (int r = 0; r < m; r++) {
                    row(a, aAt + r * (k * 4L), from, fromAt, fromStride, depth, workspace, scratch + r * (WIDTH * 4L));
                }
            }
            merge(workspace, scratch, row - first, Math.min(m, MR), out, outAt + j * 4L, n * 4L, cols - j, p != 0);
        }
    }

    /** Writes, or adds, some rows of the scratch tile to the output. */
    static void merge(MemorySegment workspace, long scratch, int row, int rowEnd, MemorySegment out, long outAt,
            long outStride, int cols, boolean add) {
        for (int r = row; r < rowEnd; r++) {
            for (int j = 0; j < Math.min(WIDTH, cols); j += LANES) {
                FloatVector sum = load(workspace, scratch + r * (WIDTH * 4L) + j * 4L);
                VectorMask<Float> mask = SPECIES.indexInRange(j, cols);
                long at = outAt + r * outStride + j * 4L;
                if (add) {
                    sum = sum.add(FloatVector.fromMemorySegment(SPECIES, out, at, ORDER, mask));
                }
                sum.intoMemorySegment(out, at, ORDER, mask);
            }
        }
    }

    /** Computes a tile; strides are bytes from one row to the next. */
    static void tile(MemorySegment a, long aAt, long aStride, MemorySegment b, long bAt, long bStride, int depth,
            MemorySegment out, long outAt, long outStride) {
        // A stride that is a constant becomes part of the addresses.
        long stride = K != 0 ? K * 4L : aStride;
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
        FloatVector c40 = zero;
        FloatVector c41 = zero;
        FloatVector c42 = zero;
        FloatVector c43 = zero;
        FloatVector c50 = zero;
        FloatVector c51 = zero;
        FloatVector c52 = zero;
        FloatVector c53 = zero;
        for (int p = 0; p < depth; p++) {
            long at = aAt + p * 4L;
            FloatVector b0 = load(b, bAt);
            FloatVector b1 = NV > 1 ? load(b, bAt + 1 * (LANES * 4L)) : zero;
            FloatVector b2 = NV > 2 ? load(b, bAt + 2 * (LANES * 4L)) : zero;
            FloatVector b3 = NV > 3 ? load(b, bAt + 3 * (LANES * 4L)) : zero;
            FloatVector a0 = spread(a, at);
            c00 = a0.fma(b0, c00);
            c01 = NV > 1 ? a0.fma(b1, c01) : zero;
            c02 = NV > 2 ? a0.fma(b2, c02) : zero;
            c03 = NV > 3 ? a0.fma(b3, c03) : zero;
            if (MR > 1) {
                FloatVector a1 = spread(a, at + stride);
                c10 = a1.fma(b0, c10);
                c11 = NV > 1 ? a1.fma(b1, c11) : zero;
                c12 = NV > 2 ? a1.fma(b2, c12) : zero;
                c13 = NV > 3 ? a1.fma(b3, c13) : zero;
            }
            if (MR > 2) {
                FloatVector a2 = spread(a, at + 2 * stride);
                c20 = a2.fma(b0, c20);
                c21 = NV > 1 ? a2.fma(b1, c21) : zero;
                c22 = NV > 2 ? a2.fma(b2, c22) : zero;
                c23 = NV > 3 ? a2.fma(b3, c23) : zero;
            }
            if (MR > 3) {
                FloatVector a3 = spread(a, at + 3 * stride);
                c30 = a3.fma(b0, c30);
                c31 = NV > 1 ? a3.fma(b1, c31) : zero;
                c32 = NV > 2 ? a3.fma(b2, c32) : zero;
                c33 = NV > 3 ? a3.fma(b3, c33) : zero;
            }
            if (MR > 4) {
                FloatVector a4 = spread(a, at + 4 * stride);
                c40 = a4.fma(b0, c40);
                c41 = NV > 1 ? a4.fma(b1, c41) : zero;
                c42 = NV > 2 ? a4.fma(b2, c42) : zero;
                c43 = NV > 3 ? a4.fma(b3, c43) : zero;
            }
            if (MR > 5) {
                FloatVector a5 = spread(a, at + 5 * stride);
                c50 = a5.fma(b0, c50);
                c51 = NV > 1 ? a5.fma(b1, c51) : zero;
                c52 = NV > 2 ? a5.fma(b2, c52) : zero;
                c53 = NV > 3 ? a5.fma(b3, c53) : zero;
            }
            bAt += bStride;
        }
        c00.intoMemorySegment(out, outAt, ORDER);
        if (NV > 1) {
            c01.intoMemorySegment(out, outAt + 1 * (LANES * 4L), ORDER);
        }
        if (NV > 2) {
            c02.intoMemorySegment(out, outAt + 2 * (LANES * 4L), ORDER);
        }
        if (NV > 3) {
            c03.intoMemorySegment(out, outAt + 3 * (LANES * 4L), ORDER);
        }
        if (MR > 1) {
            long at = outAt + outStride;
            c10.intoMemorySegment(out, at, ORDER);
            if (NV > 1) {
                c11.intoMemorySegment(out, at + 1 * (LANES * 4L), ORDER);
            }
            if (NV > 2) {
                c12.intoMemorySegment(out, at + 2 * (LANES * 4L), ORDER);
            }
            if (NV > 3) {
                c13.intoMemorySegment(out, at + 3 * (LANES * 4L), ORDER);
            }
        }
        if (MR > 2) {
            long at = outAt + 2 * outStride;
            c20.intoMemorySegment(out, at, ORDER);
            if (NV > 1) {
                c21.intoMemorySegment(out, at + 1 * (LANES * 4L), ORDER);
            }
            if (NV > 2) {
                c22.intoMemorySegment(out, at + 2 * (LANES * 4L), ORDER);
            }
            if (NV > 3) {
                c23.intoMemorySegment(out, at + 3 * (LANES * 4L), ORDER);
            }
        }
        if (MR > 3) {
            long at = outAt + 3 * outStride;
            c30.intoMemorySegment(out, at, ORDER);
            if (NV > 1) {
                c31.intoMemorySegment(out, at + 1 * (LANES * 4L), ORDER);
            }
            if (NV > 2) {
                c32.intoMemorySegment(out, at + 2 * (LANES * 4L), ORDER);
            }
            if (NV > 3) {
                c33.intoMemorySegment(out, at + 3 * (LANES * 4L), ORDER);
            }
        }
        if (MR > 4) {
            long at = outAt + 4 * outStride;
            c40.intoMemorySegment(out, at, ORDER);
            if (NV > 1) {
                c41.intoMemorySegment(out, at + 1 * (LANES * 4L), ORDER);
            }
            if (NV > 2) {
                c42.intoMemorySegment(out, at + 2 * (LANES * 4L), ORDER);
            }
            if (NV > 3) {
                c43.intoMemorySegment(out, at + 3 * (LANES * 4L), ORDER);
            }
        }
        if (MR > 5) {
            long at = outAt + 5 * outStride;
            c50.intoMemorySegment(out, at, ORDER);
            if (NV > 1) {
                c51.intoMemorySegment(out, at + 1 * (LANES * 4L), ORDER);
            }
            if (NV > 2) {
                c52.intoMemorySegment(out, at + 2 * (LANES * 4L), ORDER);
            }
            if (NV > 3) {
                c53.intoMemorySegment(out, at + 3 * (LANES * 4L), ORDER);
            }
        }
    }

    /** Computes one row of a tile, for products with fewer rows than a tile. */
    static void row(MemorySegment a, long aAt, MemorySegment b, long bAt, long bStride, int depth, MemorySegment out,
            long outAt) {
        FloatVector zero = FloatVector.zero(SPECIES);
        FloatVector c0 = zero;
        FloatVector c1 = zero;
        FloatVector c2 = zero;
        FloatVector c3 = zero;
        for (int p = 0; p < depth; p++) {
            FloatVector a0 = spread(a, aAt + p * 4L);
            c0 = a0.fma(load(b, bAt), c0);
            c1 = NV > 1 ? a0.fma(load(b, bAt + LANES * 4L), c1) : zero;
            c2 = NV > 2 ? a0.fma(load(b, bAt + 2 * (LANES * 4L)), c2) : zero;
            c3 = NV > 3 ? a0.fma(load(b, bAt + 3 * (LANES * 4L)), c3) : zero;
            bAt += bStride;
        }
        c0.intoMemorySegment(out, outAt, ORDER);
        if (NV > 1) {
            c1.intoMemorySegment(out, outAt + LANES * 4L, ORDER);
        }
        if (NV > 2) {
            c2.intoMemorySegment(out, outAt + 2 * (LANES * 4L), ORDER);
        }
        if (NV > 3) {
            c3.intoMemorySegment(out, outAt + 3 * (LANES * 4L), ORDER);
        }
    }

    static FloatVector load(MemorySegment segment, long at) {
        return FloatVector.fromMemorySegment(SPECIES, segment, at, ORDER);
    }

    static FloatVector spread(MemorySegment segment, long at) {
        return FloatVector.broadcast(SPECIES, segment.get(ValueLayout.JAVA_FLOAT_UNALIGNED, at));
    }
}
