// For a few rows and b[n, k]: a warp computes COLUMNS columns of every row, its lanes going along k, so that b is read
// once and in its own order; K_WARPS warps of a block share columns and have every K_WARPS-th piece of k.
// @parameter THREADS 256 64 128 512
// @parameter COLUMNS 4 1 2
// @parameter K_WARPS 8 1 2 4
// @parameter UNROLL 1 2 4 8
// @require K_WARPS * 32 <= THREADS
// @require COLUMNS * UNROLL <= select(F32, 16, 8) && COLUMNS * m <= 32
// @step run grid=ceil_div(n,THREADS/32/K_WARPS*COLUMNS) block=THREADS
#include "../element.cuh"
#define THREADS 256
#define COLUMNS 4
#define K_WARPS 8
#define UNROLL 1
#define M 0
#define K 0
#define MAX_ROWS (M ? M : 8)
#define GROUPS (THREADS / 32 / K_WARPS)

// Adds PIECES pieces of the dot products, which lie a stride apart, all of them inside the rows.
template <int PIECES>
__device__ __forceinline__ void accumulate(const element *a, const element *const (&of_b)[COLUMNS], long long m,
        long long k, long long p, bool vector, float (&sums)[MAX_ROWS][COLUMNS]) {
    Vector b[PIECES][COLUMNS];
#pragma unroll
    for (int u = 0; u < PIECES; u++) {
#pragma unroll
        for (int j = 0; j < COLUMNS; j++) {
            const long long at = p + u * (32 * WIDTH * K_WARPS);
            b[u][j] = load(of_b[j] + at, k - at, vector);
        }
    }
#pragma unroll
    for (int i = 0; i < MAX_ROWS; i++) {
        if (M || i < m) {
#pragma unroll
            for (int u = 0; u < PIECES; u++) {
                const long long at = p + u * (32 * WIDTH * K_WARPS);
                const Vector of_a = load(a + i * k + at, k - at, vector);
#pragma unroll
                for (int j = 0; j < COLUMNS; j++) {
#pragma unroll
                    for (int l = 0; l < WIDTH; l++) {
                        sums[i][j] = fmaf(of_a.at[l], b[u][j].at[l], sums[i][j]);
                    }
                }
            }
        }
    }
}

extern "C" __global__ void __launch_bounds__(THREADS)
run(const element *__restrict__ a, const element *__restrict__ b, element *__restrict__ out, long long m_argument,
        long long n, long long k_argument) {
    __shared__ float partial[THREADS / 32][MAX_ROWS][COLUMNS];
    const long long m = M ? M : m_argument;
    const long long k = K ? K : k_argument;
    const bool vector = k % WIDTH == 0 && is_aligned(a, b);
    const int lane = threadIdx.x % 32;
    const int warp = threadIdx.x / 32;
    const long long first = (blockIdx.x * (long long) GROUPS + warp / K_WARPS) * COLUMNS;
    const element *of_b[COLUMNS];
#pragma unroll
    for (int j = 0; j < COLUMNS; j++) {
        // Columns behind the last are computed as the last, and not written.
        of_b[j] = b + min(first + j, n - 1) * k;
    }
    float sums[MAX_ROWS][COLUMNS] = {};
    long long p = WIDTH * (lane + 32 * (warp % K_WARPS));
    for (; p + (UNROLL - 1) * (32 * WIDTH * K_WARPS) < k; p += UNROLL * (32 * WIDTH * K_WARPS)) {
        accumulate<UNROLL>(a, of_b, m, k, p, vector, sums);
    }
    for (; p < k; p += 32 * WIDTH * K_WARPS) {
        accumulate<1>(a, of_b, m, k, p, vector, sums);
    }
#pragma unroll
    for (int i = 0; i < MAX_ROWS; i++) {
#pragma unroll
        for (int j = 0; j < COLUMNS; j++) {
#pragma unroll
            for (int distance = 16; distance > 0; distance /= 2) {
                sums[i][j] += __shfl_xor_sync(0xffffffff, sums[i][j], distance);
            }
            if (lane == 0) {
                partial[warp][i][j] = sums[i][j];
            }
        }
    }
    __syncthreads();
    for (int index = threadIdx.x; index < GROUPS * MAX_ROWS * COLUMNS; index += THREADS) {
        const int j = index % COLUMNS;
        const int group = index / COLUMNS % GROUPS;
        const int i = index / COLUMNS / GROUPS;
        const long long column = (blockIdx.x * (long long) GROUPS + group) * COLUMNS + j;
        float sum = 0.0f;
        for (int slice = 0; slice < K_WARPS; slice++) {
            sum += partial[group * K_WARPS + slice][i][j];
        }
        if (i < m && column < n) {
            out[i * n + column] = sum;
        }
    }
}
