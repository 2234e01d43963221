// ITEMS work-items share a row, and a work-group has ROWS_PER_GROUP rows. A work-item keeps VECTORS vectors of four of
// its row in registers; what is beyond those is read twice. With SPLIT over 1 a work-group has a part of a row: a first
// step finds the maximum and the sum of each part, and the second reads the row once more, out of the cache if it fits.
//
// A maximum that passes over NaN is good enough, since the sum does not.
//
// @parameter ITEMS 256 32 64 128 512 1024
// @parameter ROWS_PER_GROUP 1 4
// @parameter VECTORS 8 1 2 4
// @parameter SPLIT 1 4 16
// @require ROWS_PER_GROUP == 1 || ITEMS * ROWS_PER_GROUP <= 256
// @require ITEMS * VECTORS <= max(2048, cols / 2)
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
#define BATCH 4
#include "../rows.clh"

/** Returns to every work-item of a row the greatest of all their values; NaN is passed over. */
static float greatest_of(float value, __local float *scratch) {
    int item = get_local_id(0);
    barrier(CLK_LOCAL_MEM_FENCE);
    scratch[item] = value;
    barrier(CLK_LOCAL_MEM_FENCE);
    if (item < PARTS) {
        for (int i = item + PARTS; i < ITEMS; i += PARTS) {
            value = fmax(value, scratch[i]);
        }
        scratch[item] = value;
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    value = scratch[0];
    for (int i = 1; i < PARTS; i++) {
        value = fmax(value, scratch[i]);
    }
    return value;
}

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
 * kept.
 */
static float2 reduce(__global const float *from, int count, bool aligned, float4 *kept, __local float *scratch) {
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
    float max_of_rest = -INFINITY;
    float sum_of_rest = 0.0f;
    int c = begin + 4 * ITEMS * KEPT;
    for (int left = batches(c, count, aligned); left > 0; left--) {
        float4 batch[BATCH];
        load_batch(from + c, batch);
        float greater = max_of_rest;
        #pragma unroll
        for (int u = 0; u < BATCH; u++) {
            greater = fmax(greater, max_lane(batch[u]));
        }
        sum_of_rest *= exp(max_of_rest - shift(greater));
        #pragma unroll
        for (int u = 0; u < BATCH; u++) {
            sum_of_rest += add_lanes(exp(batch[u] - shift(greater)));
        }
        max_of_rest = greater;
        c += 4 * ITEMS * BATCH;
    }
    for (; c < count; c += 4 * ITEMS) {
        float4 vector = load(from + c, count - c, aligned, -INFINITY);
        float greater = fmax(max_of_rest, max_lane(vector));
        sum_of_rest = fma(sum_of_rest, exp(max_of_rest - shift(greater)), add_lanes(exp(vector - shift(greater))));
        max_of_rest = greater;
    }
    float max_value = max_of_rest;
    #pragma unroll
    for (int v = 0; v < KEPT; v++) {
        max_value = fmax(max_value, max_lane(kept[v]));
    }
    max_value = greatest_of(max_value, scratch);
    float sum = sum_of_rest * exp(max_of_rest - shift(max_value));
    #pragma unroll
    for (int v = 0; v < KEPT; v++) {
        kept[v] = exp(kept[v] - shift(max_value));
        sum += add_lanes(kept[v]);
    }
    return (float2) (max_value, total(sum, scratch));
}

/** How many columns a part has; a multiple of 4, so that its beginning is aligned. */
static long part_columns(long cols) {
    return ((cols + SPLIT - 1) / SPLIT + 3) / 4 * 4;
}

__kernel void partial(__global const float *restrict x, __global float *restrict out, __global float *restrict parts,
        long rows, long cols_argument) {
    __local float scratch[ITEMS];
    long cols = COLS ? COLS : cols_argument;
    long row = get_group_id(0);
    long part = get_group_id(1);
    long begin = min(cols, part * part_columns(cols));
    float4 kept[KEPT];
    int count = (int) min(part_columns(cols), cols - begin);
    float2 found = reduce(x + row * cols + begin, count, ALIGNED(x), kept, scratch);
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
    __local float scratch[ITEMS * ROWS_PER_GROUP];
    long row = get_group_id(0) * ROWS_PER_GROUP + get_local_id(1);
    // A work-item without a row takes part in the sums with a row of no columns.
    int count = row < rows ? (int) cols : 0;
    __global const float *from = x + (row < rows ? row : 0) * cols;
    __global float *to = out + (row < rows ? row : 0) * cols;
    float4 kept[KEPT];
    float2 found = reduce(from, count, aligned, kept, scratch + get_local_id(1) * ITEMS);
    float max_value = found.x;
    float factor = 1.0f / found.y;
    #pragma unroll
    for (int v = 0; v < KEPT; v++) {
        int c = begin + 4 * ITEMS * v;
        store(kept[v] * factor, to + c, count - c, aligned);
    }
    begin += 4 * ITEMS * KEPT;
#else
    // The other way round than in the first step, which has left in the cache what it read last.
    long row = rows - 1 - get_group_id(0);
    long at = SPLIT - 1 - get_group_id(1);
    __global const float *of_row = parts + 2 * SPLIT * row;
    float max_value = -INFINITY;
    for (int part = 0; part < SPLIT; part++) {
        max_value = fmax(max_value, of_row[2 * part]);
    }
    float sum = 0.0f;
    for (int part = 0; part < SPLIT; part++) {
        sum = fma(of_row[2 * part + 1], exp(of_row[2 * part] - shift(max_value)), sum);
    }
    float factor = 1.0f / sum;
    long start = min(cols, at * part_columns(cols));
    int count = (int) min(part_columns(cols), cols - start);
    __global const float *from = x + row * cols + start;
    __global float *to = out + row * cols + start;
#endif
    // From the end, since what was read last is in the cache.
    int whole = batches(begin, count, aligned);
    int first = begin + 4 * ITEMS * BATCH * whole;
    for (int c = first; c < count; c += 4 * ITEMS) {
        float4 vector = load(from + c, count - c, aligned, -INFINITY);
        store(exp(vector - shift(max_value)) * factor, to + c, count - c, aligned);
    }
    for (int c = first - 4 * ITEMS * BATCH; c >= begin; c -= 4 * ITEMS * BATCH) {
        float4 batch[BATCH];
        load_batch(from + c, batch);
        #pragma unroll
        for (int u = 0; u < BATCH; u++) {
            *(__global float4 *) (to + c + 4 * ITEMS * u) = exp(batch[u] - shift(max_value)) * factor;
        }
    }
}
