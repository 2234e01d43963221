// A work-item makes ROWS_PER_GROUP rows, one after the other, or, where SPLIT > 1, a share of one, with VECTORS
// accumulators.
//
// A maximum that passes over NaN is good enough, since the sum does not. With SPLIT > 1 a share's exponentials are
// relative to its own maximum, which goes to the workspace with their sum, and a work-item of the second step scales a
// share as the whole row asks for.
//
// @parameter WIDTH 16 8
// @parameter VECTORS 4 2 8
// @parameter ROWS_PER_GROUP 1 4 16 64
// @parameter SPLIT 1 2 4 8 16
// @require ROWS_PER_GROUP == 1 || ROWS_PER_GROUP / 4 < rows
// @require SPLIT == 1 || ROWS_PER_GROUP == 1 && rows <= 256 && cols / SPLIT >= 2048
// @step run grid=ceil_div(rows,ROWS_PER_GROUP);SPLIT block=1;1
// @step rescale grid=select(SPLIT==1,0,rows);SPLIT block=1;1
// @workspace select(SPLIT == 1, 0, 8 * rows * SPLIT)
#define WIDTH 16
#define VECTORS 4
#define ROWS_PER_GROUP 1
#define SPLIT 1

#include "../lanes.clh"

static void scale_by(float factor, __global float *to, long count) {
    for (long c = 0; c + WIDTH <= count; c += WIDTH) {
        STORE(LOAD(to + c) * factor, to + c);
    }
    for (long c = count / WIDTH * WIDTH; c < count; c++) {
        to[c] *= factor;
    }
}

__kernel void run(__global const float *restrict x, __global float *restrict out, __global float *restrict parts,
        long rows, long cols) {
    long first = get_group_id(0) * ROWS_PER_GROUP;
    long part = get_group_id(1);
    long start = cols * part / SPLIT;
    long count = cols * (part + 1) / SPLIT - start;
    long tail = count / WIDTH * WIDTH;
    for (long row = first; row < min(first + ROWS_PER_GROUP, rows); row++) {
        __global const float *from = x + row * cols + start;
        __global float *to = out + row * cols + start;
        vector_t vectors[VECTORS];
        #pragma unroll
        for (int v = 0; v < VECTORS; v++) {
            vectors[v] = -INFINITY;
        }
        long c = 0;
        for (; c + VECTORS * WIDTH <= count; c += VECTORS * WIDTH) {
            #pragma unroll
            for (int v = 0; v < VECTORS; v++) {
                vectors[v] = fmax(vectors[v], LOAD(from + c + v * WIDTH));
            }
        }
        for (; c + WIDTH <= count; c += WIDTH) {
            vectors[0] = fmax(vectors[0], LOAD(from + c));
        }
        float max_value = -INFINITY;
        for (c = tail; c < count; c++) {
            max_value = fmax(max_value, from[c]);
        }
        float lanes[WIDTH];
        #pragma unroll
        for (int v = 0; v < VECTORS; v++) {
            STORE(vectors[v], lanes);
            #pragma unroll
            for (int i = 0; i < WIDTH; i++) {
                max_value = fmax(max_value, lanes[i]);
            }
            vectors[v] = 0.0f;
        }
        // A difference from negative infinity would not be a number, though the rest of the row may have some.
        float shift = max_value == -INFINITY ? 0.0f : max_value;

        for (c = 0; c + VECTORS * WIDTH <= count; c += VECTORS * WIDTH) {
            #pragma unroll
            for (int v = 0; v < VECTORS; v++) {
                vector_t vector = exp(LOAD(from + c + v * WIDTH) - shift);
                STORE(vector, to + c + v * WIDTH);
                vectors[v] += vector;
            }
        }
        for (; c + WIDTH <= count; c += WIDTH) {
            vector_t vector = exp(LOAD(from + c) - shift);
            STORE(vector, to + c);
            vectors[0] += vector;
        }
        float sum = add_lanes(vectors);
        for (c = tail; c < count; c++) {
            to[c] = exp(from[c] - shift);
            sum += to[c];
        }
        if (SPLIT == 1) {
            scale_by(1.0f / sum, to, count);
        } else {
            parts[2 * (row * SPLIT + part)] = max_value;
            parts[2 * (row * SPLIT + part) + 1] = sum;
        }
    }
}

__kernel void rescale(__global const float *x, __global float *restrict out, __global const float *restrict parts,
        long rows, long cols) {
    long row = get_group_id(0);
    long part = get_group_id(1);
    __global const float *of_row = parts + 2 * row * SPLIT;
    float max_value = -INFINITY;
    for (int i = 0; i < SPLIT; i++) {
        max_value = fmax(max_value, of_row[2 * i]);
    }
    float shift = max_value == -INFINITY ? 0.0f : max_value;
    float sum = 0.0f;
    for (int i = 0; i < SPLIT; i++) {
        sum = fma(of_row[2 * i + 1], exp(of_row[2 * i] - shift), sum);
    }
    long start = cols * part / SPLIT;
    scale_by(exp(of_row[2 * part] - shift) / sum, out + row * cols + start, cols * (part + 1) / SPLIT - start);
}
