// For few rows of a. A work-item, alone in its work-group, makes MR x 16 NV elements of the result from its share of
// the products, and reads b a row at a time, once for MR rows of a. Where SPLIT > 1 divides the products, it leaves its
// sums in the workspace, and a work-item of the second step adds up those of 256 elements.
//
// @parameter MR 1 2 4
// @parameter NV 8 4 16
// @parameter SPLIT 2 1 4 8 16 32
// @require MR * NV <= 24
// @require MR == 1 || MR <= m
// @require NV == 8 || NV == 4 || 16 * NV <= n
// @require SPLIT == 2 || SPLIT * 16 <= k
// @step run grid=ceil_div(n,16*NV);SPLIT;ceil_div(m,MR) block=1;1;1
// @step add grid=select(SPLIT==1,0,ceil_div(m*n,256)) block=1
// @workspace select(SPLIT == 1, 0, 4 * SPLIT * m * n)
#define MR 1
#define NV 8
#define SPLIT 2
#define WIDTH (16 * NV)

__kernel void run(__global const float *restrict a, __global const float *restrict b, __global float *restrict out,
        __global float *restrict parts, long m, long n, long k) {
    long column = get_group_id(0) * WIDTH;
    long first = get_group_id(2) * MR;
    long part = get_group_id(1);
    long start = k * part / SPLIT;
    long end = k * (part + 1) / SPLIT;
    __global float *to = SPLIT == 1 ? out : parts + part * m * n;
    if (column + WIDTH > n) {
        int count = (int) (n - column);
        for (long row = first; row < min(first + MR, m); row++) {
            float sums[WIDTH];
            for (int j = 0; j < count; j++) {
                sums[j] = 0.0f;
            }
            for (long p = start; p < end; p++) {
                for (int j = 0; j < count; j++) {
                    sums[j] = fma(a[row * k + p], b[p * n + column + j], sums[j]);
                }
            }
            for (int j = 0; j < count; j++) {
                to[row * n + column + j] = sums[j];
            }
        }
        return;
    }
    __global const float *rows[MR];
    float16 sums[MR][NV];
    #pragma unroll
    for (int r = 0; r < MR; r++) {
        rows[r] = a + min(first + r, m - 1) * k;
        #pragma unroll
        for (int v = 0; v < NV; v++) {
            sums[r][v] = 0.0f;
        }
    }
    for (long p = start; p < end; p++) {
        #pragma unroll
        for (int v = 0; v < NV; v++) {
            float16 vector = vload16(v, b + p * n + column);
            #pragma unroll
            for (int r = 0; r < MR; r++) {
                sums[r][v] = fma((float16) rows[r][p], vector, sums[r][v]);
            }
        }
    }
    #pragma unroll
    for (int r = 0; r < MR; r++) {
        #pragma unroll
        for (int v = 0; v < NV; v++) {
            if (first + r < m) {
                vstore16(sums[r][v], v, to + (first + r) * n + column);
            }
        }
    }
}

__kernel void add(__global const float *a, __global const float *b, __global float *restrict out,
        __global const float *restrict parts, long m, long n, long k) {
    long first = get_group_id(0) * 256;
    long end = min(first + 256, m * n);
    for (long i = first; i < end; i++) {
        float sum = 0.0f;
        for (long part = 0; part < SPLIT; part++) {
            sum += parts[part * m * n + i];
        }
        out[i] = sum;
    }
}
