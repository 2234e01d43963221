// honest: tiles of both matrices in shared memory
// workload: matmul(m=33,n=31,k=257)
//
// @step run grid=ceil_div(n,8);ceil_div(m,8) block=8;8
extern "C" __global__ void run(const float *a, const float *b, float *out, long long m, long long n, long long k) {
    __shared__ float tile_a[8][8];
    __shared__ float tile_b[8][8];
    int x = threadIdx.x;
    int y = threadIdx.y;
    long long row = blockIdx.y * 8LL + threadIdx.y;
    long long column = blockIdx.x * 8LL + threadIdx.x;
    float sum = 0.0f;
    for (long long start = 0; start < k; start += 8) {
        tile_a[y][x] = row < m && start + x < k ? a[row * k + start + x] : 0.0f;
        tile_b[y][x] = column < n && start + y < k ? b[(start + y) * n + column] : 0.0f;
        __syncthreads();
        for (int p = 0; p < 8 && start + p < k; p++) {
            sum = fmaf(tile_a[y][p], tile_b[p][x], sum);
        }
        __syncthreads();
    }
    if (row < m && column < n) {
        out[row * n + column] = sum;
    }
}
