// A work-item makes ROWS_PER_GROUP rows, one after the other, with VECTORS accumulators.
//
// @parameter WIDTH 16 8
// @parameter VECTORS 4 2 8
// @parameter ROWS_PER_GROUP 1 4 16 64
// @require ROWS_PER_GROUP == 1 || ROWS_PER_GROUP / 4 < rows
// @step run grid=ceil_div(rows,ROWS_PER_GROUP) block=1
#define EPS 1e-5
#define WIDTH 16
#define VECTORS 4
#define ROWS_PER_GROUP 1

#include "../lanes.clh"

/** Returns the sum of the squares of some elements. */
static float squares_of(__global const float *x, long count) {
    long c = 0;
    vector_t sums[VECTORS];
    #pragma unroll
    for (int v = 0; v < VECTORS; v++) {
        sums[v] = 0.0f;
    }
    for (; c + VECTORS * WIDTH <= count; c += VECTORS * WIDTH) {
        #pragma unroll
        for (int v = 0; v < VECTORS; v++) {
            vector_t vector = LOAD(x + c + v * WIDTH);
            sums[v] = fma(vector, vector, sums[v]);
        }
    }
    for (; c + WIDTH <= count; c += WIDTH) {
        vector_t vector = LOAD(x + c);
        sums[0] = fma(vector, vector, sums[0]);
    }
    float sum = add_lanes(sums);
    for (c = count / WIDTH * WIDTH; c < count; c++) {
        sum = fma(x[c], x[c], sum);
    }
    return sum;
}

__kernel void run(__global const float *restrict x, __global const float *restrict weight,
        __global float *restrict out, long rows, long cols) {
    long first = get_group_id(0) * ROWS_PER_GROUP;
    for (long row = first; row < min(first + ROWS_PER_GROUP, rows); row++) {
        __global const float *from = x + row * cols;
        __global float *to = out + row * cols;
        float scale = 1.0f / sqrt(squares_of(from, cols) / cols + (float) EPS);
        for (long c = 0; c + WIDTH <= cols; c += WIDTH) {
            STORE(LOAD(from + c) * scale * LOAD(weight + c), to + c);
        }
        for (long c = cols / WIDTH * WIDTH; c < cols; c++) {
            to[c] = from[c] * scale * weight[c];
        }
    }
}
