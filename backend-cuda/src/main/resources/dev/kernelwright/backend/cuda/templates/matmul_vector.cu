// For a few rows and b[k, n]: a thread computes a vector of columns of every row, and the warps of a block, and
// SPLIT blocks, have a part of k each. A block adds what its warps have; a second step adds what the blocks have.
// @parameter THREADS 256 128 512
// @parameter UNROLL 4 2 8 16
// @parameter SPLIT 8 1 2 4 16 32
// @workspace select(SPLIT > 1, 4 * m * n * SPLIT, 0)
// @step run grid=ceil_div(n,select(F32,128,256))*SPLIT block=THREADS
// @step combine grid=select(SPLIT>1,ceil_div(m*n,256),0) block=256
#include "../element.cuh"
#define THREADS 256
#define UNROLL 4
#define SPLIT 8
#define M 0
#define N 0
#define K 0
#define MAX_ROWS (M ? M : 8)
#define WARPS (THREADS / 32)
#define COLUMNS (32 * WIDTH)

extern "C" __global__ void __launch_bounds__(THREADS)
run(const element *__restrict__ a, const element *__restrict__ b, element *__restrict__ out,
        float *__restrict__ workspace, long long m_argument, long long n_argument, long long k_argument) {
    __shared__ __align__(16) float of_warps[WARPS][COLUMNS];
    const long long m = M ? M : m_argument;
    const long long n = N ? N : n_argument;
    const long long k = K ? K : k_argument;
    const bool vector = n % WIDTH == 0 && is_aligned(b);
    const int lane = threadIdx.x % 32;
    const int warp = threadIdx.x / 32;
    const long long first_column = blockIdx.x / SPLIT * (long long) COLUMNS;
    const long long column = first_column + WIDTH * lane;
    const int count = (int) max(0LL, min((long long) WIDTH, n - column));
    const long long part_k = (k + SPLIT - 1) / SPLIT;
    const long long begin_k = min(k, blockIdx.x % SPLIT * part_k);
    const long long end_k = min(k, begin_k + part_k);
    Vector sums[MAX_ROWS];
#pragma unroll
    for (int i = 0; i < MAX_ROWS; i++) {
        sums[i] = filled(0.0f);
    }
    for (long long p = begin_k + warp * UNROLL; p < end_k; p += WARPS * UNROLL) {
        Vector of_b[UNROLL];
#pragma unroll
        for (int u = 0; u < UNROLL; u++) {
            of_b[u] = load(b + (p + u) * n + column, p + u < end_k ? count : 0, vector);
        }
#pragma unroll
        for (int i = 0; i < MAX_ROWS; i++) {
            if (M || i < m) {
#pragma unroll
                for (int u = 0; u < UNROLL; u++) {
                    const float of_a = p + u < end_k ? (float) a[i * k + p + u] : 0.0f;
#pragma unroll
                    for (int j = 0; j < WIDTH; j++) {
                        sums[i].at[j] = fmaf(of_a, of_b[u].at[j], sums[i].at[j]);
                    }
                }
            }
        }
    }
#pragma unroll
    for (int i = 0; i < MAX_ROWS; i++) {
        if (M || i < m) {
            __syncthreads();
#pragma unroll
            for (int j = 0; j < WIDTH; j += 4) {
                *reinterpret_cast<float4 *>(&of_warps[warp][WIDTH * lane + j]) =
                        make_float4(sums[i].at[j], sums[i].at[j + 1], sums[i].at[j + 2], sums[i].at[j + 3]);
            }
            __syncthreads();
            for (int c = threadIdx.x; c < COLUMNS && first_column + c < n; c += THREADS) {
                float sum = 0.0f;
#pragma unroll
                for (int w = 0; w < WARPS; w++) {
                    sum += of_warps[w][c];
                }
                const long long at = i * n + first_column + c;
                if (SPLIT > 1) {
                    workspace[blockIdx.x % SPLIT * (m * n) + at] = sum;
                } else {
                    out[at] = sum;
                }
            }
        }
    }
}

extern "C" __global__ void __launch_bounds__(256)
combine(const element *__restrict__ a, const element *__restrict__ b, element *__restrict__ out,
        const float *__restrict__ workspace, long long m, long long n, long long k) {
    const long long i = blockIdx.x * 256LL + threadIdx.x;
    if (i < m * n) {
        float sum = 0.0f;
#pragma unroll
        for (int part = 0; part < SPLIT; part++) {
            sum += workspace[part * (m * n) + i];
        }
        out[i] = sum;
    }
}
