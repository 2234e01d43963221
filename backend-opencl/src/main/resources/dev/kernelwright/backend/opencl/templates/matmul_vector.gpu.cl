// For few rows of a. A work-item makes MR elements of one column from its share of the products, and neighbours read
// neighbouring columns of b. Where SPLIT > 1 divides the products, the sums go to the workspace, and a work-item of the
// second step adds up those of one element.
//
// @parameter MR 1 2 4
// @parameter ITEMS 64 128 256
// @parameter SPLIT 16 1 4 64 256
// @require MR == 1 || MR <= m
// @require SPLIT == 16 || SPLIT * 4 <= k
// @step run grid=ceil_div(n,ITEMS);SPLIT;ceil_div(m,MR) block=ITEMS;1;1
// @step add grid=select(SPLIT==1,0,ceil_div(m*n,64)) block=64
// @workspace select(SPLIT == 1, 0, 4 * SPLIT * m * n)
#define MR 1
#define ITEMS 64
#define SPLIT 16

__kernel void run(__global const float *restrict a, __global const float *restrict b, __global float *restrict out,
        __global float *restrict parts, long m, long n, long k) {
    long column = get_global_id(0);
    long first = get_group_id(2) * MR;
    long part = get_group_id(1);
    long end = k * (part + 1) / SPLIT;
    if (column >= n) {
        return;
    }
    float sums[MR];
    #pragma unroll
    for (int r = 0; r < MR; r++) {
        sums[r] = 0.0f;
    }
    #pragma unroll 8
    for (long p = k * part / SPLIT; p < end; p++) {
        float factor = b[p * n + column];
        #pragma unroll
        for (int r = 0; r < MR; r++) {
            sums[r] = fma(a[min(first + r, m - 1) * k + p], factor, sums[r]);
        }
    }
    __global float *to = SPLIT == 1 ? out : parts + part * m * n;
    #pragma unroll
    for (int r = 0; r < MR; r++) {
        if (first + r < m) {
            to[(first + r) * n + column] = sums[r];
        }
    }
}

__kernel void add(__global const float *a, __global const float *b, __global float *restrict out,
        __global const float *restrict parts, long m, long n, long k) {
    long i = get_global_id(0);
    if (i < m * n) {
        float sum = 0.0f;
        for (long part = 0; part < SPLIT; part++) {
            sum += parts[part * m * n + i];
        }
        out[i] = sum;
    }
}
