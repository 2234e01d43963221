// A work-item makes ROWS_PER_GROUP rows, one after the other, or, where SPLIT > 1, a part of one, with VECTORS
// accumulators. With SPLIT > 1 the sums of the parts go to the workspace, and a work-item of the second step adds up those
// of a row.
//
// @parameter WIDTH 16 8
// @parameter VECTORS 4 2 8
// @parameter ROWS_PER_GROUP 1 4 16 64
// @parameter SPLIT 1 2 4 8 16 64
// @require ROWS_PER_GROUP == 1 || ROWS_PER_GROUP / 4 < rows
// @require SPLIT == 1 || ROWS_PER_GROUP == 1 && rows <= 256 && cols / SPLIT >= 2048
// @step run grid=ceil_div(rows,ROWS_PER_GROUP);SPLIT block=1;1
// @step add grid=select(SPLIT==1,0,ceil_div(rows,32)) block=32
// @workspace select(SPLIT == 1, 0, 4 * rows * SPLIT)
#define WIDTH 16
#define VECTORS 4
#define ROWS_PER_GROUP 1
#define SPLIT 1

#include "../lanes.clh"

/** Returns the sum of some elements. */
static float sum_of(__global const float *x, long count) {
    long c = 0;
    vector_t sums[VECTORS];
    #pragma unroll
    for (int v = 0; v < VECTORS; v++) {
        sums[v] = 0.0f;
    }
    for (; c + VECTORS * WIDTH <= count; c += VECTORS * WIDTH) {
        #pragma unroll
        for (int v = 0; v < VECTORS; v++) {
            sums[v] += LOAD(x + c + v * WIDTH);
        }
    }
    for (; c + WIDTH <= count; c += WIDTH) {
        sums[0] += LOAD(x + c);
    }
    float sum = add_lanes(sums);
    for (; c < count; c++) {
        sum += x[c];
    }
    return sum;
}

__kernel void run(__global const float *restrict x, __global float *restrict out, __global float *restrict parts,
        long rows, long cols) {
    long first = get_group_id(0) * ROWS_PER_GROUP;
    long part = get_group_id(1);
    long start = cols * part / SPLIT;
    long count = cols * (part + 1) / SPLIT - start;
    for (long row = first; row < min(first + ROWS_PER_GROUP, rows); row++) {
        float sum = sum_of(x + row * cols + start, count);
        if (SPLIT == 1) {
            out[row] = sum;
        } else {
            parts[row * SPLIT + part] = sum;
        }
    }
}

__kernel void add(__global const float *x, __global float *restrict out, __global const float *restrict parts,
        long rows, long cols) {
    long row = get_global_id(0);
    if (row < rows) {
        float sum = 0.0f;
        for (int part = 0; part < SPLIT; part++) {
            sum += parts[row * SPLIT + part];
        }
        out[row] = sum;
    }
}
