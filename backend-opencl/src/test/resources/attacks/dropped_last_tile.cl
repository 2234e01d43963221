// attack: DROPPED_LAST_TILE
// workload: matmul(m=33,n=31,k=257)
// expects: WRONG_NUMERICS
// tries: leaves out the last sixteen terms
//
// @step run grid=m;n block=1;1
__kernel void run(__global const float *a, __global const float *b, __global float *out, long m, long n, long k) {
    long i = get_group_id(0);
    long j = get_group_id(1);
    float sum = 0.0f;
    for (long p = 0; p < k - 16; p++) {
        sum = fma(a[i * k + p], b[p * n + j], sum);
    }
    out[i * n + j] = sum;
}
