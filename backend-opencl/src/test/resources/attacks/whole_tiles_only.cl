// attack: DROPPED_LAST_TILE
// workload: matmul(m=1..8,n=8,k=1..256)
// expects: WRONG_NUMERICS
// tries: sums whole tiles of sixteen only, which is right for the largest k
//
// @step run grid=m;n block=1;1
__kernel void run(__global const float *a, __global const float *b, __global float *out, long m, long n, long k) {
    long i = get_group_id(0);
    long j = get_group_id(1);
    float sum = 0.0f;
    for (long p = 0; p < k / 16 * 16; p++) {
        sum = fma(a[i * k + p], b[p * n + j], sum);
    }
    out[i * n + j] = sum;
}
