// ITEMS work-items share a row, and a work-group has ROWS_PER_GROUP rows. A work-item keeps VECTORS vectors of four of
// its row in registers; what is beyond those is read again for each pass.
//
// The mean is rounded; the mean of the differences from it, which are small and nearly exact, makes good for that.
//
// @parameter ITEMS 256 32 64 128 512 1024
// @parameter ROWS_PER_GROUP 1 4
// @parameter VECTORS 8 1 2 4
// @require ROWS_PER_GROUP == 1 || ITEMS * ROWS_PER_GROUP <= 256
// @require ITEMS * VECTORS <= max(2048, cols / 2)
// @require ITEMS * VECTORS * 4 >= min(8192, cols)
// @step run grid=ceil_div(rows,ROWS_PER_GROUP) block=ITEMS;ROWS_PER_GROUP
#define ITEMS 256
#define ROWS_PER_GROUP 1
#define VECTORS 8
#define COLS 0
#define EPS 0
#include "../rows.clh"

static float add_lanes(float4 vector) {
    return vector.x + vector.y + (vector.z + vector.w);
}

/** The differences of a vector's elements from the mean, and 0 for what lies beyond the end of the row. */
static float4 centred(float4 vector, float mean, int left) {
    float4 difference = vector - mean;
    return left >= 4 ? difference : select((float4) (0.0f), difference, (int4) (0, 1, 2, 3) < left);
}

__kernel void run(__global const float *restrict x, __global const float *restrict weight,
        __global const float *restrict bias, __global float *restrict out, long rows, long cols_argument) {
    __local float scratch_of_rows[ITEMS * ROWS_PER_GROUP];
    __local float *scratch = scratch_of_rows + get_local_id(1) * ITEMS;
    long cols = COLS ? COLS : cols_argument;
    bool aligned = ALIGNED(x) && ALIGNED(weight) && ALIGNED(bias) && ALIGNED(out);
    int begin = 4 * get_local_id(0);
    int rest = begin + 4 * ITEMS * KEPT;
    long row = get_group_id(0) * ROWS_PER_GROUP + get_local_id(1);
    // A work-item without a row takes part in the sums with a row of no columns.
    int count = row < rows ? (int) cols : 0;
    __global const float *from = x + (row < rows ? row : 0) * cols;
    __global float *to = out + (row < rows ? row : 0) * cols;
    float4 kept[KEPT];
    #pragma unroll
    for (int v = 0; v < KEPT; v++) {
        int c = begin + 4 * ITEMS * v;
        kept[v] = load(from + c, count - c, aligned, 0.0f);
    }
    float4 sums = 0.0f;
    #pragma unroll
    for (int v = 0; v < KEPT; v++) {
        sums += kept[v];
    }
    for (int c = rest; c < count; c += 4 * ITEMS) {
        sums += load(from + c, count - c, aligned, 0.0f);
    }
    float mean = total(add_lanes(sums), scratch) / cols;

    sums = 0.0f;
    float4 squares = 0.0f;
    #pragma unroll
    for (int v = 0; v < KEPT; v++) {
        kept[v] = centred(kept[v], mean, count - (begin + 4 * ITEMS * v));
        sums += kept[v];
        squares = fma(kept[v], kept[v], squares);
    }
    for (int c = rest; c < count; c += 4 * ITEMS) {
        float4 difference = centred(load(from + c, count - c, aligned, 0.0f), mean, count - c);
        sums += difference;
        squares = fma(difference, difference, squares);
    }
    float correction = total(add_lanes(sums), scratch) / cols;
    float variance = fmax(total(add_lanes(squares), scratch) / cols - correction * correction, 0.0f);
    float scale = 1.0f / sqrt(variance + (float) EPS);

    #pragma unroll
    for (int v = 0; v < KEPT; v++) {
        int c = begin + 4 * ITEMS * v;
        float4 factor = load(weight + c, count - c, aligned, 0.0f);
        store(fma((kept[v] - correction) * scale, factor, load(bias + c, count - c, aligned, 0.0f)), to + c, count - c,
                aligned);
    }
    for (int c = rest; c < count; c += 4 * ITEMS) {
        float4 difference = load(from + c, count - c, aligned, 0.0f) - mean;
        float4 factor = load(weight + c, count - c, aligned, 0.0f);
        store(fma((difference - correction) * scale, factor, load(bias + c, count - c, aligned, 0.0f)), to + c,
                count - c, aligned);
    }
}
