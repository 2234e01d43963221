// A work-item, alone in its work-group, makes ROWS x 16 NV elements of the result, in register tiles of MR x 16 NV. The
// step before copies b into panels as wide as a tile, so that it is read in order and from the cache: a work-item of it
// copies 256 rows of a panel. With PACK = 0, for few rows of a, it copies only a panel that is narrower than a tile.
//
// After Goto and van de Geijn, "Anatomy of high-performance matrix multiplication" (ACM TOMS 34(3), 2008). Up to KC
// products are summed in registers before the sums go to the result. Rows beyond the last are the last once more, and
// are not written.
//
// @parameter MR 6 8 4 2
// @parameter NV 4 3 2
// @parameter PACK 1 0
// @parameter KC 1024 256 512 4096
// @parameter ROWS 96 48 24 192
// @require MR * NV <= 24
// @require MR == 6 || MR <= m
// @require NV == 4 || MR >= 4
// @require PACK == 1 || (m <= 64 && transpose_b == 0)
// @require KC == 1024 || KC < k
// @require ROWS == 96 || ROWS / 2 < m
// @step pack grid=ceil_div(n,16*NV)-select(PACK==1,0,n/(16*NV));ceil_div(k,256) block=1;1
// @step run grid=ceil_div(m,ROWS);ceil_div(n,16*NV) block=1;1
// @workspace 64 * NV * k * (ceil_div(n, 16 * NV) - select(PACK == 1, 0, n / (16 * NV)))
#define TRANSPOSE_B 0
#define MR 6
#define NV 4
#define PACK 1
#define KC 1024
#define ROWS 96
#define WIDTH (16 * NV)

__kernel void pack(__global const float *a, __global const float *b, __global float *out,
        __global float *restrict panels, long m, long n, long k) {
    long panel = get_group_id(0);
    long column = (PACK ? panel : n / WIDTH) * WIDTH;
    long start = get_group_id(1) * 256;
    long end = min(start + 256, k);
    int count = (int) min((long) WIDTH, n - column);
    __global float *to = panels + panel * WIDTH * k;
    for (long p = start; p < end; p++) {
        if (TRANSPOSE_B) {
            for (int j = 0; j < count; j++) {
                to[p * WIDTH + j] = b[(column + j) * k + p];
            }
        } else if (count == WIDTH) {
            for (int v = 0; v < NV; v++) {
                vstore16(vload16(v, b + p * n + column), v, to + p * WIDTH);
            }
        } else {
            for (int j = 0; j < count; j++) {
                to[p * WIDTH + j] = b[p * n + column + j];
            }
        }
        for (int j = count; j < WIDTH; j++) {
            to[p * WIDTH + j] = 0.0f;
        }
    }
}

__kernel void run(__global const float *restrict a, __global const float *restrict b, __global float *restrict out,
        __global const float *restrict panels, long m, long n, long k) {
    long first = get_group_id(0) * ROWS;
    long column = get_group_id(1) * WIDTH;
    int count = (int) min((long) WIDTH, n - column);
    bool packed = PACK || count < WIDTH;
    __global const float *panel = packed ? panels + (PACK ? column * k : 0) : b + column;
    long stride = packed ? WIDTH : n;
    // Once also where k is 0, to write zeros.
    for (long start = 0; start == 0 || start < k; start += KC) {
        long end = min(start + KC, k);
        for (long row = first; row < min(first + ROWS, m); row += MR) {
            __global const float *rows[MR];
            float16 sums[MR][NV];
            float edge[WIDTH];
            #pragma unroll
            for (int r = 0; r < MR; r++) {
                long place = min(row + r, m - 1);
                rows[r] = a + place * k;
                if (start == 0) {
                    #pragma unroll
                    for (int v = 0; v < NV; v++) {
                        sums[r][v] = 0.0f;
                    }
                } else if (count == WIDTH) {
                    #pragma unroll
                    for (int v = 0; v < NV; v++) {
                        sums[r][v] = vload16(v, out + place * n + column);
                    }
                } else {
                    for (int j = 0; j < count; j++) {
                        edge[j] = out[place * n + column + j];
                    }
                    #pragma unroll
                    for (int v = 0; v < NV; v++) {
                        sums[r][v] = vload16(v, edge);
                    }
                }
            }
            for (long p = start; p < end; p++) {
                float16 vectors[NV];
                #pragma unroll
                for (int v = 0; v < NV; v++) {
                    vectors[v] = vload16(v, panel + p * stride);
                }
                #pragma unroll
                for (int r = 0; r < MR; r++) {
                    float16 factor = rows[r][p];
                    #pragma unroll
                    for (int v = 0; v < NV; v++) {
                        sums[r][v] = fma(factor, vectors[v], sums[r][v]);
                    }
                }
            }
            #pragma unroll
            for (int r = 0; r < MR; r++) {
                if (row + r < m) {
                    if (count == WIDTH) {
                        #pragma unroll
                        for (int v = 0; v < NV; v++) {
                            vstore16(sums[r][v], v, out + (row + r) * n + column);
                        }
                    } else {
                        #pragma unroll
                        for (int v = 0; v < NV; v++) {
                            vstore16(sums[r][v], v, edge);
                        }
                        for (int j = 0; j < count; j++) {
                            out[(row + r) * n + column + j] = edge[j];
                        }
                    }
                }
            }
        }
    }
}
