// For few rows of a, where b is transposed. A work-item, alone in its work-group, makes the products of COLUMNS rows of
// b with every row of a, MR of them at a time: b is read in its own order, and again only from the cache.
//
// @parameter MR 1 2 4
// @parameter NB 4 2 8
// @parameter COLUMNS 64 16 256
// @require MR * NB <= 16
// @require MR == 1 || MR <= m
// @require COLUMNS == 64 || COLUMNS / 2 < n
// @step run grid=ceil_div(n,COLUMNS) block=1
#define MR 1
#define NB 4
#define COLUMNS 64

static float add_lanes(float16 v) {
    float8 v8 = v.lo + v.hi;
    float4 v4 = v8.lo + v8.hi;
    float2 v2 = v4.lo + v4.hi;
    return v2.x + v2.y;
}

__kernel void run(__global const float *restrict a, __global const float *restrict b, __global float *restrict out,
        long m, long n, long k) {
    long first = get_group_id(0) * COLUMNS;
    long whole = k / 16 * 16;
    // Rows beyond the last, of a or b, are the last once more, and are not written.
    for (long column = first; column < min(first + COLUMNS, n); column += NB) {
        for (long row = 0; row < m; row += MR) {
            __global const float *rows[MR];
            __global const float *columns[NB];
            float16 sums[MR][NB];
            #pragma unroll
            for (int j = 0; j < NB; j++) {
                columns[j] = b + min(column + j, n - 1) * k;
            }
            #pragma unroll
            for (int r = 0; r < MR; r++) {
                rows[r] = a + min(row + r, m - 1) * k;
                #pragma unroll
                for (int j = 0; j < NB; j++) {
                    sums[r][j] = 0.0f;
                }
            }
            for (long p = 0; p < whole; p += 16) {
                #pragma unroll
                for (int j = 0; j < NB; j++) {
                    float16 vector = vload16(0, columns[j] + p);
                    #pragma unroll
                    for (int r = 0; r < MR; r++) {
                        sums[r][j] = fma(vload16(0, rows[r] + p), vector, sums[r][j]);
                    }
                }
            }
            #pragma unroll
            for (int r = 0; r < MR; r++) {
                #pragma unroll
                for (int j = 0; j < NB; j++) {
                    float sum = add_lanes(sums[r][j]);
                    for (long p = whole; p < k; p++) {
                        sum = fma(rows[r][p], columns[j][p], sum);
                    }
                    if (row + r < m && column + j < n) {
                        out[(row + r) * n + column + j] = sum;
                    }
                }
            }
        }
    }
}
