// A work-item makes ROWS_PER_GROUP rows, one after the other, with VECTORS accumulators.
//
// The mean is rounded; the mean of the differences from it, which are small and nearly exact, makes good for that.
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

__kernel void run(__global const float *restrict x, __global const float *restrict weight,
        __global const float *restrict bias, __global float *restrict out, long rows, long cols) {
    long tail = cols / WIDTH * WIDTH;
    long first = get_group_id(0) * ROWS_PER_GROUP;
    for (long row = first; row < min(first + ROWS_PER_GROUP, rows); row++) {
        __global const float *from = x + row * cols;
        __global float *to = out + row * cols;
        vector_t sums[VECTORS];
        vector_t squares[VECTORS];
        #pragma unroll
        for (int v = 0; v < VECTORS; v++) {
            sums[v] = 0.0f;
            squares[v] = 0.0f;
        }
        long c = 0;
        for (; c + VECTORS * WIDTH <= cols; c += VECTORS * WIDTH) {
            #pragma unroll
            for (int v = 0; v < VECTORS; v++) {
                sums[v] += LOAD(from + c + v * WIDTH);
            }
        }
        for (; c + WIDTH <= cols; c += WIDTH) {
            sums[0] += LOAD(from + c);
        }
        float sum = add_lanes(sums);
        for (c = tail; c < cols; c++) {
            sum += from[c];
        }
        float mean = sum / cols;

        #pragma unroll
        for (int v = 0; v < VECTORS; v++) {
            sums[v] = 0.0f;
        }
        for (c = 0; c + VECTORS * WIDTH <= cols; c += VECTORS * WIDTH) {
            #pragma unroll
            for (int v = 0; v < VECTORS; v++) {
                vector_t difference = LOAD(from + c + v * WIDTH) - mean;
                sums[v] += difference;
                squares[v] = fma(difference, difference, squares[v]);
            }
        }
        for (; c + WIDTH <= cols; c += WIDTH) {
            vector_t difference = LOAD(from + c) - mean;
            sums[0] += difference;
            squares[0] = fma(difference, difference, squares[0]);
        }
        float square = add_lanes(squares);
        sum = add_lanes(sums);
        for (c = tail; c < cols; c++) {
            float difference = from[c] - mean;
            sum += difference;
            square = fma(difference, difference, square);
        }
        float correction = sum / cols;
        float variance = fmax(square / cols - correction * correction, 0.0f);
        float scale = 1.0f / sqrt(variance + (float) EPS);

        for (c = 0; c + WIDTH <= cols; c += WIDTH) {
            STORE((LOAD(from + c) - mean - correction) * scale * LOAD(weight + c) + LOAD(bias + c), to + c);
        }
        for (c = tail; c < cols; c++) {
            to[c] = (from[c] - mean - correction) * scale * weight[c] + bias[c];
        }
    }
}
