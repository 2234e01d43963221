// The textbook's product: 16 x 16 tiles of a and b in local memory, a work-item for each element.
// @step run grid=ceil_div(n,16);ceil_div(m,16) block=16;16
#define TRANSPOSE_B 0
#define TILE 16

__kernel void run(__global const float *a, __global const float *b, __global float *out, long m, long n, long k) {
    __local float tile_a[TILE][TILE];
    __local float tile_b[TILE][TILE];
    int x = get_local_id(0);
    int y = get_local_id(1);
    long column = get_global_id(0);
    long row = get_global_id(1);
    float sum = 0.0f;
    for (long start = 0; start < k; start += TILE) {
        tile_a[y][x] = row < m && start + x < k ? a[row * k + start + x] : 0.0f;
        tile_b[y][x] = column < n && start + y < k
                ? (TRANSPOSE_B ? b[column * k + start + y] : b[(start + y) * n + column]) : 0.0f;
        barrier(CLK_LOCAL_MEM_FENCE);
        for (int i = 0; i < TILE; i++) {
            sum = fma(tile_a[y][i], tile_b[i][x], sum);
        }
        barrier(CLK_LOCAL_MEM_FENCE);
    }
    if (row < m && column < n) {
        out[row * n + column] = sum;
    }
}
