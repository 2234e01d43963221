// attention: softmax(scale q k') v for grouped heads, by tiles of keys with a running maximum (Milakov and Gimelshein,
// "Online normalizer calculation for softmax", 2018; Dao et al., "FlashAttention", 2022).
//
// A row is one head of one query. All rows that share a head of k and v, (batch, kv head), are one matrix of
// q_len * heads / kv_heads rows, and a block takes ROWS of them. For each tile of KEYS keys it computes scores, four rows
// at a time; turns them into weights relative to the row's maximum so far; scales what it has summed so far to a new
// maximum; and adds the weighted values.
//
// With many rows, k is first transposed by tiles into the workspace, so that the scores are products of broadcast
// elements of q with vectors of keys, and v is copied by tiles, because its rows for one head lie a power of two apart as
// a rule and would fall into few sets of the cache. With fewer than PACK_FROM rows that would cost more than it saves: k
// and v are then read as they lie, a dot product for each key. With SPLIT over 1, for few rows and many keys, the keys are divided among
// blocks, and a last step joins their sums.
//
// The workspace holds the tiles of k and v, then a slice for each block: scores of four rows, maximum and sum of each row, and
// with SPLIT over 1 the rows' sums of values. A masked key or value is never multiplied by 0 but left out, since it may be
// NaN.
//
// @parameter ROWS 32 4 8 16 64
// @parameter KEYS 64 128 256
// @parameter VECTORS 2 4
// @parameter PACK_FROM 12 4 64
// @parameter SPLIT 1 2 4 8
// @require ROWS == 32 || ROWS <= q_len * (heads / kv_heads)
// @require PACK_FROM == 12 || (q_len * (heads / kv_heads) >= 4 && q_len * (heads / kv_heads) < 64)
// @require VECTORS == 2 || q_len * (heads / kv_heads) >= PACK_FROM
// @require SPLIT == 1 || (q_len * (heads / kv_heads) <= 32 && ctx >= SPLIT * KEYS)
// @step pack grid=select(q_len*(heads/kv_heads)>=PACK_FROM,batch*kv_heads*ceil_div(ctx,KEYS),0)
// @step attend grid=batch*kv_heads*ceil_div(q_len*(heads/kv_heads),ROWS)*SPLIT
// @step join grid=select(SPLIT==1,0,batch*kv_heads*ceil_div(q_len*(heads/kv_heads),ROWS))
// @workspace 4 * (select(q_len * (heads / kv_heads) >= PACK_FROM, 2 * batch * kv_heads * ceil_div(ctx, KEYS) * KEYS * head_dim, 0) + batch * kv_heads * ceil_div(q_len * (heads / kv_heads), ROWS) * SPLIT * (4 * KEYS + 2 * ROWS + select(SPLIT == 1, 0, ROWS * head_dim)))
package dev.kernelwright.backend.cpu.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

final class Attention {
    static final int ROWS = 32;
    static final int KEYS = 64;
    static final int VECTORS = 2;
    static final int PACK_FROM = 12;
    static final int SPLIT = 1;
    static final int HEADS = 0;
    static final int KV_HEADS = 0;
    static final int HEAD_DIM = 0;
    static final boolean CAUSAL = true;
    static final double SCALE = 0;

    static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    static final int LANES = SPECIES.length();
    static final ByteOrder ORDER = ByteOrder.nativeOrder();

    /** Transposes a tile of k, element d of all its keys and then element d + 1, and copies one of v. */
    static void pack(int block, MemorySegment q, MemorySegment k, MemorySegment v, MemorySegment out,
            MemorySegment workspace, long batch, long qLen, long ctx, long headsArgument, long kvHeadsArgument,
            long headDim) {
        int kvHeads = KV_HEADS != 0 ? KV_HEADS : (int) kvHeadsArgument;
        int dim = HEAD_DIM != 0 ? HEAD_DIM : (int) headDim;
        int tiles = (int) Math.ceilDiv(ctx, KEYS);
        long head = block / tiles;
        long firstKey = (long) (block % tiles) * KEYS;
        long to = 8L * block * KEYS * dim;
        for (int key = 0; key < KEYS; key++) {
            boolean inside = firstKey + key < ctx;
            long from = 4 * ((head / kvHeads * ctx + firstKey + key) * kvHeads + head % kvHeads) * dim;
            for (int d = 0; d < dim; d++) {
                float value = inside ? k.get(ValueLayout.JAVA_FLOAT, from + 4L * d) : 0;
                workspace.set(ValueLayout.JAVA_FLOAT, to + 4L * (d * KEYS + key), value);
            }
            if (inside) {
                workspace.asSlice(to + 4L * (KEYS + key) * dim, 4L * dim).copyFrom(v.asSlice(from, 4L * dim));
            }
        }
    }

    static void attend(int block, MemorySegment q, MemorySegment k, MemorySegment v, MemorySegment out,
            MemorySegment workspace, long batch, long qLen, long ctx, long headsArgument, long kvHeadsArgument,
            long headDim) {
        int kvHeads = KV_HEADS != 0 ? KV_HEADS : (int) kvHeadsArgument;
        int group = (HEADS != 0 ? HEADS : (int) headsArgument) / kvHeads;
        int dim = HEAD_DIM != 0 ? HEAD_DIM : (int) headDim;
        int rows = (int) qLen * group;
        int rowBlocks = Math.ceilDiv(rows, ROWS);
        int part = block % SPLIT;
        int head = block / SPLIT / rowBlocks;
        int firstRow = block / SPLIT % rowBlocks * ROWS;
        int count = Math.min(ROWS, rows - firstRow);
        int tiles = (int) Math.ceilDiv(ctx, KEYS);
        boolean packed = rows >= PACK_FROM;
        long slice = slice(block, packed, batch * kvHeads, tiles, dim);
        begin(workspace, slice + 16L * KEYS, count);
        // With parts, sums lie in the slice one row after the other; without, in the rows of the output.
        for (int i = 0; i < count; i++) {
            zero(SPLIT > 1 ? workspace : out, SPLIT > 1 ? sums(slice) + 4L * i * dim
                    : queryStart(head, firstRow + i, group, kvHeads, qLen, dim), dim);
        }
        for (int tile = (int) ((long) tiles * part / SPLIT); tile < (int) ((long) tiles * (part + 1) / SPLIT); tile++) {
            tile(q, k, v, SPLIT > 1 ? workspace : out, workspace, slice, tile, head, firstRow, count, packed, group,
                    kvHeads, qLen, ctx, tiles, dim);
        }
        if (SPLIT == 1) {
            for (int i = 0; i < count; i++) {
                float sum = workspace.get(ValueLayout.JAVA_FLOAT, slice + 16L * KEYS + 8L * i + 4);
                multiply(out, queryStart(head, firstRow + i, group, kvHeads, qLen, dim), 1 / sum, dim);
            }
        }
    }

    /** What weights are relative to: the maximum, or 0 where every score so far is negative infinity. */
    static float base(float max) {
        return max == Float.NEGATIVE_INFINITY ? 0 : max;
    }

    /** Joins what the parts have summed, each relative to its own maximum. */
    static void join(int block, MemorySegment q, MemorySegment k, MemorySegment v, MemorySegment out,
            MemorySegment workspace, long batch, long qLen, long ctx, long headsArgument, long kvHeadsArgument,
            long headDim) {
        int kvHeads = KV_HEADS != 0 ? KV_HEADS : (int) kvHeadsArgument;
        int group = (HEADS != 0 ? HEADS : (int) headsArgument) / kvHeads;
        int dim = HEAD_DIM != 0 ? HEAD_DIM : (int) headDim;
        int rows = (int) qLen * group;
        int rowBlocks = Math.ceilDiv(rows, ROWS);
        int firstRow = block % rowBlocks * ROWS;
        long slice = slice(block * SPLIT, rows >= PACK_FROM, batch * kvHeads, (int) Math.ceilDiv(ctx, KEYS), dim);
        long sliceBytes = 4L * (4 * KEYS + 2 * ROWS + ROWS * dim);
        for (int i = 0; i < Math.min(ROWS, rows - firstRow); i++) {
            long start = queryStart(block / rowBlocks, firstRow + i, group, kvHeads, qLen, dim);
            long statistics = slice + 16L * KEYS + 8L * i;
            float max = Float.NEGATIVE_INFINITY;
            for (int part = 0; part < SPLIT; part++) {
                max = Math.max(max, workspace.get(ValueLayout.JAVA_FLOAT, statistics + part * sliceBytes));
            }
            float base = base(max);
            double sum = 0;
            for (int part = 0; part < SPLIT; part++) {
                double own = workspace.get(ValueLayout.JAVA_FLOAT, statistics + part * sliceBytes);
                sum += Math.exp(own - base) * workspace.get(ValueLayout.JAVA_FLOAT, statistics + part * sliceBytes + 4);
            }
            zero(out, start, dim);
            for (int part = 0; part < SPLIT; part++) {
                double own = workspace.get(ValueLayout.JAVA_FLOAT, statistics + part * sliceBytes);
                add(workspace, sums(slice) + part * sliceBytes + 4L * i * dim, (float) (Math.exp(own - base) / sum), out,
                        start, dim);
            }
        }
    }

    static long slice(int block, boolean packed, long kvHeadCount, int tiles, int dim) {
        long packedFloats = packed ? 2 * kvHeadCount * tiles * KEYS * dim : 0;
        return 4 * (packedFloats + block * (4L * KEYS + 2 * ROWS + (SPLIT > 1 ? ROWS * dim : 0)));
    }

    static long sums(long slice) {
        return slice + 4L * (4 * KEYS + 2 * ROWS);
    }

    /** Where a row's query begins, and its result, since both have one shape. */
    static long queryStart(int head, int row, int group, int kvHeads, long qLen, int dim) {
        long query = head / kvHeads * qLen + row / group;
        return 4 * ((query * kvHeads + head % kvHeads) * group + row % group) * dim;
    }

    /** No keys yet: the maximum of none, and a sum of 0. */
    static void begin(MemorySegment workspace, long statistics, int count) {
        for (int i = 0; i < count; i++) {
            workspace.set(ValueLayout.JAVA_FLOAT, statistics + 8L * i, Float.NEGATIVE_INFINITY);
            workspace.set(ValueLayout.JAVA_FLOAT, statistics + 8L * i + 4, 0f);
        }
    }

    /** Adds a tile of keys to all rows of a block. */
    static void tile(MemorySegment q, MemorySegment k, MemorySegment v, MemorySegment sums, MemorySegment workspace,
            long slice, int tile, int head, int firstRow, int count, boolean packed, int group, int kvHeads, long qLen,
            long ctx, int tiles, int dim) {
        long firstKey = (long) tile * KEYS;
        int keys = (int) Math.min(KEYS, ctx - firstKey);
        long stride = 4L * kvHeads * dim;
        long keyStart = 4 * ((head / kvHeads * ctx + firstKey) * kvHeads + head % kvHeads) * dim;
        long packedStart = 8 * ((long) head * tiles + tile) * KEYS * dim;
        MemorySegment values = packed ? workspace : v;
        long valueStart = packed ? packedStart + 4L * KEYS * dim : keyStart;
        long valueStride = packed ? 4L * dim : stride;
        float scale = (float) (SCALE != 0 ? SCALE : 1 / Math.sqrt(dim));
        int i = 0;
        while (i < count) {
            int taken = count - i >= 4 ? 4 : 1;
            int row = firstRow + i;
            // Later queries see more keys, so the last of the rows sees the most.
            int seenByLast = seen(row + taken - 1, group, qLen, ctx, firstKey, keys);
            if (seenByLast > 0) {
                long q0 = queryStart(head, row, group, kvHeads, qLen, dim);
                if (taken == 4) {
                    long q1 = queryStart(head, row + 1, group, kvHeads, qLen, dim);
                    long q2 = queryStart(head, row + 2, group, kvHeads, qLen, dim);
                    long q3 = queryStart(head, row + 3, group, kvHeads, qLen, dim);
                    if (packed) {
                        scoresOfFour(q, q0, q1, q2, q3, workspace, packedStart, slice, scale, dim);
                    } else {
                        dotsOfFour(q, q0, q1, q2, q3, k, keyStart, stride, seenByLast, workspace, slice, scale, dim);
                    }
                } else if (packed) {
                    scoresOfOne(q, q0, workspace, packedStart, slice, scale, dim);
                } else {
                    dotsOfOne(q, q0, k, keyStart, stride, seenByLast, workspace, slice, scale, dim);
                }
                addValues(values, valueStart, valueStride, sums, workspace, slice, row, i, taken, head, group, kvHeads, qLen, ctx,
                        firstKey, keys, dim);
            }
            i += taken;
        }
    }

    /** How many keys of a tile a row sees. */
    static int seen(int row, int group, long qLen, long ctx, long firstKey, int keys) {
        return CAUSAL ? (int) Math.clamp(ctx - qLen + row / group + 1 - firstKey, 0, keys) : keys;
    }

    /** Turns the scores of one or four rows into weights and adds the weighted values. */
    static void addValues(MemorySegment v, long valueStart, long stride, MemorySegment sums, MemorySegment workspace,
            long slice, int row, int i, int taken, int head, int group, int kvHeads, long qLen, long ctx, long firstKey,
            int keys, int dim) {
        long statistics = slice + 16L * KEYS + 8L * i;
        int common = seen(row, group, qLen, ctx, firstKey, keys);
        float f0 = weights(workspace, slice, common, statistics);
        long o0 = SPLIT > 1 ? sums(slice) + 4L * i * dim : queryStart(head, row, group, kvHeads, qLen, dim);
        if (taken == 1) {
            sumOfOne(v, valueStart, stride, workspace, slice, common, sums, o0, f0, dim);
            return;
        }
        int seen1 = seen(row + 1, group, qLen, ctx, firstKey, keys);
        int seen2 = seen(row + 2, group, qLen, ctx, firstKey, keys);
        int seen3 = seen(row + 3, group, qLen, ctx, firstKey, keys);
        float f1 = weights(workspace, slice + 4L * KEYS, seen1, statistics + 8);
        float f2 = weights(workspace, slice + 8L * KEYS, seen2, statistics + 16);
        float f3 = weights(workspace, slice + 12L * KEYS, seen3, statistics + 24);
        long o1 = SPLIT > 1 ? o0 + 4L * dim : queryStart(head, row + 1, group, kvHeads, qLen, dim);
        long o2 = SPLIT > 1 ? o0 + 8L * dim : queryStart(head, row + 2, group, kvHeads, qLen, dim);
        long o3 = SPLIT > 1 ? o0 + 12L * dim : queryStart(head, row + 3, group, kvHeads, qLen, dim);
        sumOfFour(v, valueStart, stride, workspace, slice, common, sums, o0, o1, o2, o3, f0, f1, f2, f3, dim);
        addRest(v, valueStart, stride, workspace, slice + 4L * KEYS, common, seen1, sums, o1, dim);
        addRest(v, valueStart, stride, workspace, slice + 8L * KEYS, common, seen2, sums, o2, dim);
        addRest(v, valueStart, stride, workspace, slice + 12L * KEYS, common, seen3, sums, o3, dim);
    }

    /** The keys that a later row sees and the first of the four does not. */
    static void addRest(MemorySegment v, long valueStart, long stride, MemorySegment workspace, long weights, int from,
            int to, MemorySegment sums, long start, int dim) {
        for (int key = from; key < to; key++) {
            add(v, valueStart + key * stride, workspace.get(ValueLayout.JAVA_FLOAT, weights + 4L * key), sums, start,
                    dim);
        }
    }

    /**
     * Turns a row's scores into weights exp(score - maximum), the maximum being over all keys so far, and adds them to
     * the row's sum; returns by what earlier weights are to be multiplied.
     */
    static float weights(MemorySegment workspace, long scores, int count, long statistics) {
        if (count == 0) {
            return 1;
        }
        float before = workspace.get(ValueLayout.JAVA_FLOAT, statistics);
        FloatVector maxima = FloatVector.broadcast(SPECIES, before);
        for (int i = 0; i < count; i += LANES) {
            VectorMask<Float> inside = SPECIES.indexInRange(i, count);
            FloatVector x = FloatVector.fromMemorySegment(SPECIES, workspace, scores + 4L * i, ORDER, inside);
            // A NaN is left out of the maximum; it then makes the sum NaN.
            maxima = maxima.blend(x, x.compare(VectorOperators.GT, maxima, inside));
        }
        float max = maxima.reduceLanes(VectorOperators.MAX);
        float base = base(max);
        FloatVector total = FloatVector.zero(SPECIES);
        for (int i = 0; i < count; i += LANES) {
            VectorMask<Float> inside = SPECIES.indexInRange(i, count);
            FloatVector x = FloatVector.fromMemorySegment(SPECIES, workspace, scores + 4L * i, ORDER, inside);
            FloatVector weight = expOfNegative(x.sub(base));
            weight.intoMemorySegment(workspace, scores + 4L * i, ORDER, inside);
            total = total.lanewise(VectorOperators.ADD, weight, inside);
        }
        float factor = (float) Math.exp((double) before - base);
        float sum = workspace.get(ValueLayout.JAVA_FLOAT, statistics + 4);
        workspace.set(ValueLayout.JAVA_FLOAT, statistics, max);
        workspace.set(ValueLayout.JAVA_FLOAT, statistics + 4, sum * factor + total.reduceLanes(VectorOperators.ADD));
        return factor;
    }

    /** Scores of four rows with a transposed tile, VECTORS vectors of keys at a time. */
    static void scoresOfFour(MemorySegment q, long q0, long q1, long q2, long q3, MemorySegment workspace, long packed,
            long scores, float scale, int dim) {
        for (int key = 0; key < KEYS; key += VECTORS * LANES) {
            FloatVector a0 = FloatVector.zero(SPECIES);
            FloatVector a1 = a0;
            FloatVector a2 = a0;
            FloatVector a3 = a0;
            FloatVector b0 = a0;
            FloatVector b1 = a0;
            FloatVector b2 = a0;
            FloatVector b3 = a0;
            FloatVector c0 = a0;
            FloatVector c1 = a0;
            FloatVector c2 = a0;
            FloatVector c3 = a0;
            FloatVector d0 = a0;
            FloatVector d1 = a0;
            FloatVector d2 = a0;
            FloatVector d3 = a0;
            for (int d = 0; d < dim; d++) {
                long at = packed + 4L * (d * KEYS + key);
                FloatVector k0 = load(workspace, at);
                FloatVector k1 = load(workspace, at + 4L * LANES);
                FloatVector k2 = VECTORS > 2 ? load(workspace, at + 8L * LANES) : k0;
                FloatVector k3 = VECTORS > 2 ? load(workspace, at + 12L * LANES) : k0;
                FloatVector x = FloatVector.broadcast(SPECIES, q.get(ValueLayout.JAVA_FLOAT, q0 + 4L * d));
                a0 = x.fma(k0, a0);
                a1 = x.fma(k1, a1);
                if (VECTORS > 2) {
                    a2 = x.fma(k2, a2);
                    a3 = x.fma(k3, a3);
                }
                x = FloatVector.broadcast(SPECIES, q.get(ValueLayout.JAVA_FLOAT, q1 + 4L * d));
                b0 = x.fma(k0, b0);
                b1 = x.fma(k1, b1);
                if (VECTORS > 2) {
                    b2 = x.fma(k2, b2);
                    b3 = x.fma(k3, b3);
                }
                x = FloatVector.broadcast(SPECIES, q.get(ValueLayout.JAVA_FLOAT, q2 + 4L * d));
                c0 = x.fma(k0, c0);
                c1 = x.fma(k1, c1);
                if (VECTORS > 2) {
                    c2 = x.fma(k2, c2);
                    c3 = x.fma(k3, c3);
                }
                x = FloatVector.broadcast(SPECIES, q.get(ValueLayout.JAVA_FLOAT, q3 + 4L * d));
                d0 = x.fma(k0, d0);
                d1 = x.fma(k1, d1);
                if (VECTORS > 2) {
                    d2 = x.fma(k2, d2);
                    d3 = x.fma(k3, d3);
                }
            }
            storeScores(workspace, scores + 4L * key, a0, a1, a2, a3, scale);
            storeScores(workspace, scores + 4L * (KEYS + key), b0, b1, b2, b3, scale);
            storeScores(workspace, scores + 4L * (2 * KEYS + key), c0, c1, c2, c3, scale);
            storeScores(workspace, scores + 4L * (3 * KEYS + key), d0, d1, d2, d3, scale);
        }
    }

    static void storeScores(MemorySegment workspace, long at, FloatVector s0, FloatVector s1, FloatVector s2,
            FloatVector s3, float scale) {
        s0.mul(scale).intoMemorySegment(workspace, at, ORDER);
        s1.mul(scale).intoMemorySegment(workspace, at + 4L * LANES, ORDER);
        if (VECTORS > 2) {
            s2.mul(scale).intoMemorySegment(workspace, at + 8L * LANES, ORDER);
            s3.mul(scale).intoMemorySegment(workspace, at + 12L * LANES, ORDER);
        }
    }

    static void scoresOfOne(MemorySegment q, long q0, MemorySegment workspace, long packed, long scores, float scale,
            int dim) {
        for (int key = 0; key < KEYS; key += LANES) {
            FloatVector sum = FloatVector.zero(SPECIES);
            for (int d = 0; d < dim; d++) {
                sum = FloatVector.broadcast(SPECIES, q.get(ValueLayout.JAVA_FLOAT, q0 + 4L * d))
                        .fma(load(workspace, packed + 4L * (d * KEYS + key)), sum);
            }
            sum.mul(scale).intoMemorySegment(workspace, scores + 4L * key, ORDER);
        }
    }

    /** Scores of four rows with keys as they lie. */
    static void dotsOfFour(MemorySegment q, long q0, long q1, long q2, long q3, MemorySegment k, long start, long stride,
            int count, MemorySegment workspace, long scores, float scale, int dim) {
        int whole = SPECIES.loopBound(dim);
        VectorMask<Float> tail = SPECIES.indexInRange(whole, dim);
        for (int key = 0; key < count; key++) {
            long at = start + key * stride;
            FloatVector s0 = FloatVector.zero(SPECIES);
            FloatVector s1 = s0;
            FloatVector s2 = s0;
            FloatVector s3 = s0;
            for (int d = 0; d < whole; d += LANES) {
                FloatVector x = load(k, at + 4L * d);
                s0 = x.fma(load(q, q0 + 4L * d), s0);
                s1 = x.fma(load(q, q1 + 4L * d), s1);
                s2 = x.fma(load(q, q2 + 4L * d), s2);
                s3 = x.fma(load(q, q3 + 4L * d), s3);
            }
            if (whole < dim) {
                FloatVector x = FloatVector.fromMemorySegment(SPECIES, k, at + 4L * whole, ORDER, tail);
                s0 = x.fma(FloatVector.fromMemorySegment(SPECIES, q, q0 + 4L * whole, ORDER, tail), s0);
                s1 = x.fma(FloatVector.fromMemorySegment(SPECIES, q, q1 + 4L * whole, ORDER, tail), s1);
                s2 = x.fma(FloatVector.fromMemorySegment(SPECIES, q, q2 + 4L * whole, ORDER, tail), s2);
                s3 = x.fma(FloatVector.fromMemorySegment(SPECIES, q, q3 + 4L * whole, ORDER, tail), s3);
            }
            long to = scores + 4L * key;
            workspace.set(ValueLayout.JAVA_FLOAT, to, scale * s0.reduceLanes(VectorOperators.ADD));
            workspace.set(ValueLayout.JAVA_FLOAT, to + 4L * KEYS, scale * s1.reduceLanes(VectorOperators.ADD));
            workspace.set(ValueLayout.JAVA_FLOAT, to + 8L * KEYS, scale * s2.reduceLanes(VectorOperators.ADD));
            workspace.set(ValueLayout.JAVA_FLOAT, to + 12L * KEYS, scale * s3.reduceLanes(VectorOperators.ADD));
        }
    }

    static void dotsOfOne(MemorySegment q, long q0, MemorySegment k, long start, long stride, int count,
            MemorySegment workspace, long scores, float scale, int dim) {
        int whole = SPECIES.loopBound(dim);
        VectorMask<Float> tail = SPECIES.indexInRange(whole, dim);
        for (int key = 0; key < count; key++) {
            long at = start + key * stride;
            FloatVector sum = FloatVector.zero(SPECIES);
            for (int d = 0; d < whole; d += LANES) {
                sum = load(k, at + 4L * d).fma(load(q, q0 + 4L * d), sum);
            }
            if (whole < dim) {
                sum = FloatVector.fromMemorySegment(SPECIES, k, at + 4L * whole, ORDER, tail)
                        .fma(FloatVector.fromMemorySegment(SPECIES, q, q0 + 4L * whole, ORDER, tail), sum);
            }
            workspace.set(ValueLayout.JAVA_FLOAT, scores + 4L * key, scale * sum.reduceLanes(VectorOperators.ADD));
        }
    }

    /** Multiplies four rows of sums by their factors and adds the weighted values of the first {@code count} keys. */
    static void sumOfFour(MemorySegment v, long start, long stride, MemorySegment workspace, long weights, int count,
            MemorySegment sums, long o0, long o1, long o2, long o3, float f0, float f1, float f2, float f3, int dim) {
        int d = 0;
        for (; d <= dim - 2 * LANES; d += 2 * LANES) {
            long at = 4L * d;
            long next = at + 4L * LANES;
            FloatVector a0 = load(sums, o0 + at).mul(f0);
            FloatVector a1 = load(sums, o0 + next).mul(f0);
            FloatVector b0 = load(sums, o1 + at).mul(f1);
            FloatVector b1 = load(sums, o1 + next).mul(f1);
            FloatVector c0 = load(sums, o2 + at).mul(f2);
            FloatVector c1 = load(sums, o2 + next).mul(f2);
            FloatVector d0 = load(sums, o3 + at).mul(f3);
            FloatVector d1 = load(sums, o3 + next).mul(f3);
            for (int key = 0; key < count; key++) {
                long value = start + key * stride + at;
                FloatVector v0 = load(v, value);
                FloatVector v1 = load(v, value + 4L * LANES);
                FloatVector w = weight(workspace, weights + 4L * key);
                a0 = w.fma(v0, a0);
                a1 = w.fma(v1, a1);
                w = weight(workspace, weights + 4L * (KEYS + key));
                b0 = w.fma(v0, b0);
                b1 = w.fma(v1, b1);
                w = weight(workspace, weights + 4L * (2 * KEYS + key));
                c0 = w.fma(v0, c0);
                c1 = w.fma(v1, c1);
                w = weight(workspace, weights + 4L * (3 * KEYS + key));
                d0 = w.fma(v0, d0);
                d1 = w.fma(v1, d1);
            }
            a0.intoMemorySegment(sums, o0 + at, ORDER);
            a1.intoMemorySegment(sums, o0 + next, ORDER);
            b0.intoMemorySegment(sums, o1 + at, ORDER);
            b1.intoMemorySegment(sums, o1 + next, ORDER);
            c0.intoMemorySegment(sums, o2 + at, ORDER);
            c1.intoMemorySegment(sums, o2 + next, ORDER);
            d0.intoMemorySegment(sums, o3 + at, ORDER);
            d1.intoMemorySegment(sums, o3 + next, ORDER);
        }
        if (d < dim) {
            sumOfColumns(v, start, stride, workspace, weights, count, sums, o0, f0, d, dim);
            sumOfColumns(v, start, stride, workspace, weights + 4L * KEYS, count, sums, o1, f1, d, dim);
            sumOfColumns(v, start, stride, workspace, weights + 8L * KEYS, count, sums, o2, f2, d, dim);
            sumOfColumns(v, start, stride, workspace, weights + 12L * KEYS, count, sums, o3, f3, d, dim);
        }
    }

    static void sumOfOne(MemorySegment v, long start, long stride, MemorySegment workspace, long weights, int count,
            MemorySegment sums, long o0, float f0, int dim) {
        int d = 0;
        for (; d <= dim - 4 * LANES; d += 4 * LANES) {
            long at = o0 + 4L * d;
            FloatVector s0 = load(sums, at).mul(f0);
            FloatVector s1 = load(sums, at + 4L * LANES).mul(f0);
            FloatVector s2 = load(sums, at + 8L * LANES).mul(f0);
            FloatVector s3 = load(sums, at + 12L * LANES).mul(f0);
            for (int key = 0; key < count; key++) {
                long value = start + key * stride + 4L * d;
                FloatVector w = weight(workspace, weights + 4L * key);
                s0 = w.fma(load(v, value), s0);
                s1 = w.fma(load(v, value + 4L * LANES), s1);
                s2 = w.fma(load(v, value + 8L * LANES), s2);
                s3 = w.fma(load(v, value + 12L * LANES), s3);
            }
            s0.intoMemorySegment(sums, at, ORDER);
            s1.intoMemorySegment(sums, at + 4L * LANES, ORDER);
            s2.intoMemorySegment(sums, at + 8L * LANES, ORDER);
            s3.intoMemorySegment(sums, at + 12L * LANES, ORDER);
        }
        if (d < dim) {
            sumOfColumns(v, start, stride, workspace, weights, count, sums, o0, f0, d, dim);
        }
    }

    /** The columns from {@code first} on of one row, a vector at a time. */
    static void sumOfColumns(MemorySegment v, long start, long stride, MemorySegment workspace, long weights, int count,
            MemorySegment sums, long o0, float f0, int first, int dim) {
        for (int d = first; d < dim; d += LANES) {
            VectorMask<Float> inside = SPECIES.indexInRange(d, dim);
            FloatVector sum = FloatVector.fromMemorySegment(SPECIES, sums, o0 + 4L * d, ORDER, inside).mul(f0);
            for (int key = 0; key < count; key++) {
                sum = weight(workspace, weights + 4L * key).fma(
                        FloatVector.fromMemorySegment(SPECIES, v, start + key * stride + 4L * d, ORDER, inside), sum);
            }
            sum.intoMemorySegment(sums, o0 + 4L * d, ORDER, inside);
        }
    }

    static FloatVector load(MemorySegment segment, long at) {
        return FloatVector.fromMemorySegment(SPECIES, segment, at, ORDER);
    }

    static FloatVector weight(MemorySegment workspace, long at) {
        return FloatVector.broadcast(SPECIES, workspace.get(ValueLayout.JAVA_FLOAT, at));
    }

    static void zero(MemorySegment segment, long start, int count) {
        for (int i = 0; i < count; i += LANES) {
            FloatVector.zero(SPECIES).intoMemorySegment(segment, start + 4L * i, ORDER, SPECIES.indexInRange(i, count));
        }
    }

    static void multiply(MemorySegment segment, long start, float factor, int count) {
        for (int i = 0; i < count; i += LANES) {
            VectorMask<Float> inside = SPECIES.indexInRange(i, count);
            FloatVector.fromMemorySegment(SPECIES, segment, start + 4L * i, ORDER, inside).mul(factor)
                    .intoMemorySegment(segment, start + 4L * i, ORDER, inside);
        }
    }

    static void add(MemorySegment from, long start, float factor, MemorySegment to, long at, int count) {
        for (int i = 0; i < count; i += LANES) {
            VectorMask<Float> inside = SPECIES.indexInRange(i, count);
            FloatVector x = FloatVector.fromMemorySegment(SPECIES, from, start + 4L * i, ORDER, inside);
            x.fma(FloatVector.broadcast(SPECIES, factor),
                    FloatVector.fromMemorySegment(SPECIES, to, at + 4L * i, ORDER, inside))
                    .intoMemorySegment(to, at + 4L * i, ORDER, inside);
        }
    }

    /**
     * exp(x) for x of at most 0 within 1.04 ulp; 0 where that is below the smallest normal number.
     *
     * <p>x = n ln 2 + r with a whole n and |r| of at most ln(2) / 2. Adding 1.5 * 2^23 rounds x / ln 2 to n and leaves n
     * in the lowest bits, which shifted into the exponent's place give 2^n. exp(r) = 1 + r q(r), where q is of all
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
