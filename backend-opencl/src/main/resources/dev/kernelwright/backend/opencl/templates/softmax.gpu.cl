// ITEMS work-items share a row, and a work-group has ROWS_PER_GROUP rows. A work-item keeps VECTORS vectors of four of
// its row in registers; what is beyond those is read twice. With SPLIT over 1 a work-group has a part of a row: a first
// step finds the maximum and the sum of each part, and the second reads the row once more, out of the cache if it fits.
//
// Each work-item takes exponentials over the maximum of what it has seen itself, so that they do not wait for others.
// A maximum that passes over NaN is good enough, since the sum does not.
//
// @parameter ITEMS 256 32 64 128 512 1024
// @parameter ROWS_PER_GROUP 1 4
// @parameter VECTORS 8 1 2 4 16 20
// @parameter SPLIT 1 4 16
// @require ROWS_PER_GROUP == 1 || ITEMS * ROWS_PER_GROUP <= 256
// @require ITEMS * VECTORS <= max(2048, cols / 2) && ITEMS * VECTORS <= 10240
// @require ITEMS * VECTORS * SPLIT * 4 >= min(8192, cols)
// @require SPLIT == 1 || ROWS_PER_GROUP == 1 && SPLIT * ITEMS * 4 <= cols && rows * SPLIT <= 4096
// @step partial grid=select(SPLIT==1,0,rows);SPLIT block=ITEMS;1
// @step run grid=ceil_div(rows,ROWS_PER_GROUP);SPLIT block=ITEMS;ROWS_PER_GROUP
// @workspace select(SPLIT == 1, 0, 8 * rows * SPLIT)
#define ITEMS 256
#define ROWS_PER_GROUP 1
#define VECTORS 8
#define SPLIT 1
#define COLS 0
// How many vectors of the rest a work-item reads at once.
#define BATCH 7
#include "../rows.clh"

/** What to subtract before an exponential: where all is negative infinity, weights are to be 0 and not NaN. */
static float shift(float max_value) {
    return max_value == -INFINITY ? 0.0f : max_value;
}

static float max_lane(float4 vector) {
    return fmax(fmax(vector.x, vector.y), fmax(vector.z, vector.w));
}

static float add_lanes(float4 vector) {
    return vector.x + vector.y + (vector.z + vector.w);
}

/** Joins parts that lie a stride apart: the maximum and the sum of the exponentials over it, as one float2 each. */
static float2 joined(__local const float2 *parts, int count, int stride) {
    float max_value = -INFINITY;
    #pragma unroll 16
    for (int i = 0; i < count; i++) {
        max_value = fmax(max_value, parts[i * stride].x);
    }
    float sum = 0.0f;
    #pragma unroll 16
    for (int i = 0; i < count; i++) {
        sum = fma(parts[i * stride].y, exp(parts[i * stride].x - shift(max_value)), sum);
    }
    return (float2) (max_value, sum);
}

/** Returns to every work-item of a row what the parts of all of them are together. */
static float2 of_row(float2 part, __local float2 *scratch) {
    int item = get_local_id(0);
    scratch[item] = part;
    barrier(CLK_LOCAL_MEM_FENCE);
    if (item < PARTS) {
        scratch[item] = joined(scratch + item, ITEMS / PARTS, PARTS);
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    return joined(scratch, PARTS, 1);
}

/**
 * How many times a work-item has BATCH whole vectors, which it reads all at once, from a column on; none where a vector
 * may begin anywhere. What is left it takes one by one.
 */
static int batches(int begin, int count, bool aligned) {
    int last = begin + 4 * ITEMS * (BATCH - 1) + 4;
    return aligned && last <= count ? (count - last) / (4 * ITEMS * BATCH) + 1 : 0;
}

static void load_batch(__global const float *from, float4 *batch) {
    #pragma unroll
    for (int u = 0; u < BATCH; u++) {
        batch[u] = *(__global const float4 *) (from + 4 * ITEMS * u);
    }
}

/**
 * Returns the maximum and the sum of the exponentials of a row or a part of one, and leaves the exponentials of what is
 * kept over a maximum of their own.
 */
static float2 reduce(__global const float *from, int count, bool aligned, float4 *kept, float *max_of_kept,
        __local float2 *scratch) {
    int begin = 4 * get_local_id(0);
    if (aligned && begin + 4 * ITEMS * (KEPT - 1) + 4 <= count) {
        #pragma unroll
        for (int v = 0; v < KEPT; v++) {
            kept[v] = *(__global const float4 *) (from + begin + 4 * ITEMS * v);
        }
    } else {
        #pragma unroll
        for (int v = 0; v < KEPT; v++) {
            int c = begin + 4 * ITEMS * v;
            kept[v] = load(from + c, count - c, aligned, -INFINITY);
        }
    }
    float2 part = (float2) (-INFINITY, 0.0f);
    #pragma unroll
    for (int v = 0; v < KEPT; v++) {
        part.x = fmax(part.x, max_lane(kept[v]));
    }
    *max_of_kept = part.x;
    #pragma unroll
    for (int v = 0; v < KEPT; v++) {
        kept[v] = exp(kept[v] - shift(part.x));
        part.y += add_lanes(kept[v]);
    }
    int c = begin + 4 * ITEMS * KEPT;
    for (int left = batches(c, count, aligned); left > 0; left--) {
        float4 batch[BATCH];
        load_batch(from + c, batch);
        float greater = part.x;
        #pragma unroll
        for (int u = 0; u < BATCH; u++) {
            greater = fmax(greater, max_lane(batch[u]));
        }
        part.y *= exp(part.x - shift(greater));
        #pragma unroll
        for (int u = 0; u < BATCH; u++) {
            part.y += add_lanes(exp(batch[u] - shift(greater)));
        }
        part.x = greater;
        c += 4 * ITEMS * BATCH;
    }
    for (; c < count; c += 4 * ITEMS) {
        float4 vector = load(from + c, count - c, aligned, -INFINITY);
        float greater = fmax(part.x, max_lane(vector));
        part.y = fma(part.y, exp(part.x - shift(greater)), add_lanes(exp(vector - shift(greater))));
        part.x = greater;
    }
    return of_row(part, scratch);
}

/** How many columns a part has; a multiple of 4, so that its beginning is aligned. */
static long part_columns(long cols) {
    return ((cols + SPLIT - 1) / SPLIT + 3) / 4 * 4;
}

__kernel void partial(__global const float *restrict x, __global float *restrict out, __global float *restrict parts,
        long rows, long cols_argument) {
    __local float2 scratch[ITEMS];
    long cols = COLS ? COLS : cols_argument;
    long row = get_group_id(0);
    long part = get_group_id(1);
    long begin = min(cols, part * part_columns(cols));
    int count = (int) min(part_columns(cols), cols - begin);
    float4 kept[KEPT];
    float max_of_kept;
    float2 found = reduce(x + row * cols + begin, count, ALIGNED(x), kept, &max_of_kept, scratch);
    if (get_local_id(0) == 0) {
        parts[2 * (row * SPLIT + part)] = found.x;
        parts[2 * (row * SPLIT + part) + 1] = found.y;
    }
}

__kernel void run(__global const float *restrict x, __global float *restrict out, __global const float *restrict parts,
        long rows, long cols_argument) {
    long cols = COLS ? COLS : cols_argument;
    bool aligned = ALIGNED(x) && ALIGNED(out);
    int begin = 4 * get_local_id(0);
#if SPLIT == 1
    __local float2 scratch[ITEMS * ROWS_PER_GROUP];
    long row = get_group_id(0) * ROWS_PER_GROUP + get_local_id(1);
    // A work-item without a row takes part in the sums with a row of no columns.
    int count = row < rows ? (int) cols : 0;
    __global const float *from = x + (row < rows ? row : 0) * cols;
    __global float *to = out + (row < rows ? row : 0) * cols;
    float4 kept[KEPT];
    float max_of_kept;
    float2 whole = reduce(from, count, aligned, kept, &max_of_kept, scratch + get_local_id(1) * ITEMS);
    int rest = begin + 4 * ITEMS * KEPT;
#else
    // The other way round than in the first step, which has left in the cache what it read last.
    long row = rows - 1 - get_group_id(0);
    long at = SPLIT - 1 - get_group_id(1);
    __global const float *of_parts = parts + 2 * SPLIT * row;
    float2 whole = (float2) (-INFINITY, 0.0f);
    for (int part = 0; part < SPLIT; part++) {
        whole.x = fmax(whole.x, of_parts[2 * part]);
    }
    for (int part = 0; part < SPLIT; part++) {
        whole.y = fma(of_parts[2 * part + 1], exp(of_parts[2 * part] - shift(whole.x)), whole.y);
    }
    long start = min(cols, at * part_columns(cols));
    int count = (int) min(part_columns(cols), cols - start);
    __global const float *from = x + row * cols + start;
    __global float *to = out + row * cols + start;
    int rest = begin;
#endif
    float max_value = shift(whole.x);
    float factor = 1.0f / whole.y;
    // From the end, and before what is kept, since what was read last is in the cache.
    int whole_batches = batches(rest, count, aligned);
    int single = rest + 4 * ITEMS * BATCH * whole_batches;
    for (int c = single; c < count; c += 4 * ITEMS) {
        float4 vector = load(from + c, count - c, aligned, -INFINITY);
        store(exp(vector - max_value) * factor, to + c, count - c, aligned);
    }
    for (int c = single - 4 * ITEMS * BATCH; c >= rest; c -= 4 * ITEMS * BATCH) {
        float4 batch[BATCH];
        load_batch(from + c, batch);
        #pragma unroll
        for (int u = 0; u < BATCH; u++) {
            *(__global float4 *) (to + c + 4 * ITEMS * u) = exp(batch[u] - max_value) * factor;
        }
    }
#if SPLIT == 1
    factor *= exp(max_of_kept - max_value);
    #pragma unroll
    for (int v = 0; v < KEPT; v++) {
        int c = begin + 4 * ITEMS * v;
        store(kept[v] * factor, to + c, count - c, aligned);
    }
#endif
}
