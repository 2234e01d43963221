// For few rows of a, where b is transposed. LANES neighbouring work-items share a row of b and make its products with
// MR rows of a, each every LANES'th element, or four where the buffers' alignment allows; their sums are added in pairs.
// A work-group has ROWS such rows.
//
// @parameter MR 1 2 4 8
// @parameter LANES 32 64 128
// @parameter ROWS 4 1 2 8
// @require MR == 1 || MR / 2 < m
// @require LANES * ROWS * MR <= 2048
// @step run grid=ceil_div(n,ROWS);ceil_div(m,MR) block=LANES;ROWS
#define MR 1
#define LANES 32
#define ROWS 4

__kernel void run(__global const float *restrict a, __global const float *restrict b, __global float *restrict out,
        long m, long n, long k) {
    __local float scratch[MR][ROWS][LANES];
    int lane = get_local_id(0);
    int y = get_local_id(1);
    long column = get_group_id(0) * ROWS + y;
    long first = get_group_id(1) * MR;
    // Beyond the last row, of a or b, the last once more, which is not written.
    __global const float *from = b + min(column, n - 1) * k;
    float4 sums[MR];
    #pragma unroll
    for (int r = 0; r < MR; r++) {
        sums[r] = 0.0f;
    }
    if (((ulong) a | (ulong) b) % 16 == 0 && k % 4 == 0) {
        #pragma unroll 4
        for (long p = 4 * lane; p < k; p += 4 * LANES) {
            float4 factor = *(__global const float4 *) (from + p);
            #pragma unroll
            for (int r = 0; r < MR; r++) {
                sums[r] = fma(*(__global const float4 *) (a + min(first + r, m - 1) * k + p), factor, sums[r]);
            }
        }
    } else {
        #pragma unroll 4
        for (long p = lane; p < k; p += LANES) {
            float factor = from[p];
            #pragma unroll
            for (int r = 0; r < MR; r++) {
                sums[r].x = fma(a[min(first + r, m - 1) * k + p], factor, sums[r].x);
            }
        }
    }
    #pragma unroll
    for (int r = 0; r < MR; r++) {
        scratch[r][y][lane] = sums[r].x + sums[r].y + (sums[r].z + sums[r].w);
    }
    for (int half_lanes = LANES / 2; half_lanes > 0; half_lanes /= 2) {
        barrier(CLK_LOCAL_MEM_FENCE);
        if (lane < half_lanes) {
            #pragma unroll
            for (int r = 0; r < MR; r++) {
                scratch[r][y][lane] += scratch[r][y][lane + half_lanes];
            }
        }
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    for (int r = lane; r < MR; r += LANES) {
        if (first + r < m && column < n) {
            out[(first + r) * n + column] = scratch[r][y][0];
        }
    }
}
