// The textbook's product: 16 x 16 tiles of a and b in shared memory, a thread for each element.
// @step run grid=ceil_div(n,16)*ceil_div(m,16) block=16;16
#include "../element.cuh"
#define TRANSPOSE_B 0
#define TILE 16

extern "C" __global__ void run(const element *a, const element *b, element *out, long long m, long long n,
        long long k) {
    __shared__ float tile_a[TILE][TILE];
    __shared__ float tile_b[TILE][TILE];
    int x = threadIdx.x;
    int y = threadIdx.y;
    long long tiles = (n + TILE - 1) / TILE;
    long long column = blockIdx.x % tiles * TILE + x;
    long long row = blockIdx.x / tiles * TILE + y;
    float sum = 0.0f;
    for (long long start = 0; start < k; start += TILE) {
        tile_a[y][x] = row < m && start + x < k ? (float) a[row * k + start + x] : 0.0f;
        tile_b[y][x] = column < n && start + y < k
                ? (float) b[TRANSPOSE_B ? column * k + start + y : (start + y) * n + column] : 0.0f;
        __syncthreads();
        for (int i = 0; i < TILE; i++) {
            sum = fmaf(tile_a[y][i], tile_b[i][x], sum);
        }
        __syncthreads();
    }
    if (row < m && column < n) {
        out[row * n + column] = sum;
    }
}
