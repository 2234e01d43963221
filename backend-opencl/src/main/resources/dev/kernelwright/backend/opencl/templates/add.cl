// A work-item for some vectors, which lie a whole grid apart, so that neighbours read neighbouring memory.
// @parameter BLOCK 64 128 256 16
// @parameter VECTORS 4 1 2 8
// @step run grid=ceil_div(n,4*BLOCK*VECTORS) block=BLOCK
#define BLOCK 64
#define VECTORS 4

__kernel void run(__global const float *restrict a, __global const float *restrict b, __global float *restrict out,
        long n) {
    long first = get_group_id(0) * (long) (BLOCK * VECTORS) + get_local_id(0);
    for (int v = 0; v < VECTORS; v++) {
        long vector = first + v * BLOCK;
        if (4 * vector + 4 <= n) {
            vstore4(vload4(vector, a) + vload4(vector, b), vector, out);
        } else {
            for (long i = 4 * vector; i < n; i++) {
                out[i] = a[i] + b[i];
            }
        }
    }
}
