// A work-group of 16 x 16 work-items makes 16 TM x 16 TN elements of the result, and a work-item TM x TN of them, 16
// apart. It takes BK products of each at a time, from tiles of a and b in local memory, which hold zeros beyond the
// end.
//
// @parameter TM 4 8 2
// @parameter TN 4 8 2
// @parameter BK 16 8 32
// @require TM == 4 || TM == 2 || 64 < m
// @require TN == 4 || TN == 2 || 64 < n
// @step run grid=ceil_div(n,16*TN);ceil_div(m,16*TM) block=16;16
#define TRANSPOSE_B 0
#define TM 4
#define TN 4
#define BK 16
#define BM (16 * TM)
#define BN (16 * TN)
#define ITEMS 256

__kernel void run(__global const float *restrict a, __global const float *restrict b, __global float *restrict out,
        long m, long n, long k) {
    // A row more than is needed, so that neighbours write to different banks.
    __local float tile_a[BK][BM + 1];
    __local float tile_b[BK][BN + 1];
    int x = get_local_id(0);
    int y = get_local_id(1);
    int item = y * 16 + x;
    long row = get_group_id(1) * BM;
    long column = get_group_id(0) * BN;
    float sums[TM][TN];
    #pragma unroll
    for (int r = 0; r < TM; r++) {
        #pragma unroll
        for (int c = 0; c < TN; c++) {
            sums[r][c] = 0.0f;
        }
    }
    for (long start = 0; start < k; start += BK) {
        for (int i = item; i < BM * BK; i += ITEMS) {
            int r = i / BK;
            int p = i % BK;
            tile_a[p][r] = row + r < m && start + p < k ? a[(row + r) * k + start + p] : 0.0f;
        }
        for (int i = item; i < BN * BK; i += ITEMS) {
            int c = TRANSPOSE_B ? i / BK : i % BN;
            int p = TRANSPOSE_B ? i % BK : i / BN;
            long place = TRANSPOSE_B ? (column + c) * k + start + p : (start + p) * n + column + c;
            tile_b[p][c] = column + c < n && start + p < k ? b[place] : 0.0f;
        }
        barrier(CLK_LOCAL_MEM_FENCE);
        #pragma unroll
        for (int p = 0; p < BK; p++) {
            float factors[TN];
            #pragma unroll
            for (int c = 0; c < TN; c++) {
                factors[c] = tile_b[p][x + 16 * c];
            }
            #pragma unroll
            for (int r = 0; r < TM; r++) {
                float factor = tile_a[p][y + 16 * r];
                #pragma unroll
                for (int c = 0; c < TN; c++) {
                    sums[r][c] = fma(factor, factors[c], sums[r][c]);
                }
            }
        }
        barrier(CLK_LOCAL_MEM_FENCE);
    }
    #pragma unroll
    for (int r = 0; r < TM; r++) {
        #pragma unroll
        for (int c = 0; c < TN; c++) {
            if (row + y + 16 * r < m && column + x + 16 * c < n) {
                out[(row + y + 16 * r) * n + column + x + 16 * c] = sums[r][c];
            }
        }
    }
}
