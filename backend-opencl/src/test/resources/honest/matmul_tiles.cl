// honest: tiles of both matrices in local memory
// workload: matmul(m=33,n=31,k=257)
//
// @step run grid=ceil_div(n,8);ceil_div(m,8) block=8;8
__kernel void run(__global const float *a, __global const float *b, __global float *out, long m, long n, long k) {
    __local float tile_a[8][8];
    __local float tile_b[8][8];
    int x = get_local_id(0);
    int y = get_local_id(1);
    long row = get_global_id(1);
    long column = get_global_id(0);
    float sum = 0.0f;
    for (long start = 0; start < k; start += 8) {
        tile_a[y][x] = row < m && start + x < k ? a[row * k + start + x] : 0.0f;
        tile_b[y][x] = column < n && start + y < k ? b[(start + y) * n + column] : 0.0f;
        barrier(CLK_LOCAL_MEM_FENCE);
        for (int p = 0; p < 8 && start + p < k; p++) {
            sum = fma(tile_a[y][p], tile_b[p][x], sum);
        }
        barrier(CLK_LOCAL_MEM_FENCE);
    }
    if (row < m && column < n) {
        out[row * n + column] = sum;
    }
}
