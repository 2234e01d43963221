// ITEMS work-items share a row, and a work-group has ROWS_PER_GROUP rows. A work-item keeps VECTORS vectors of four of
// its row in registers; what is beyond those is read again for each pass.
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

__kernel void run(__global const float *restrict x, __global const float *restrict weight,
        __global float *restrict out, long rows, long cols_argument) {
    __local float scratch_of_rows[ITEMS * ROWS_PER_GROUP];
    __local float *scratch = scratch_of_rows + get_local_id(1) * ITEMS;
    long cols = COLS ? COLS : cols_argument;
    bool aligned = ALIGNED(x) && ALIGNED(weight) && ALIGNED(out);
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
    float4 squares = 0.0f;
    #pragma unroll
    for (int v = 0; v < KEPT; v++) {
        squares = fma(kept[v], kept[v], squares);
    }
    for (int c = rest; c < count; c += 4 * ITEMS) {
        float4 vector = load(from + c, count - c, aligned, 0.0f);
        squares = fma(vector, vector, squares);
    }
    float sum = total(squares.x + squares.y + (squares.z + squares.w), scratch);
    float scale = 1.0f / sqrt(sum / cols + (float) EPS);
    #pragma unroll
    for (int v = 0; v < KEPT; v++) {
        int c = begin + 4 * ITEMS * v;
        store(kept[v] * scale * load(weight + c, count - c, aligned, 0.0f), to + c, count - c, aligned);
    }
    for (int c = rest; c < count; c += 4 * ITEMS) {
        float4 vector = load(from + c, count - c, aligned, 0.0f);
        store(vector * scale * load(weight + c, count - c, aligned, 0.0f), to + c, count - c, aligned);
    }
}
