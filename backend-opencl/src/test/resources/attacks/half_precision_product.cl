// attack: HALF_PRECISION
// workload: matmul(m=33,n=31,k=257)
// expects: WRONG_NUMERICS
// tries: rounds each partial sum of a product to sixteen bits
//
// @step run grid=m;n block=1;1
static float in_half(float value) {
    ushort bits;
    vstore_half(value, 0, (half *) &bits);
    return vload_half(0, (const half *) &bits);
}

__kernel void run(__global const float *a, __global const float *b, __global float *out, long m, long n, long k) {
    long i = get_group_id(0);
    long j = get_group_id(1);
    float sum = 0.0f;
    for (long p = 0; p < k; p++) {
        sum = in_half(sum + a[i * k + p] * b[p * n + j]);
    }
    out[i * n + j] = sum;
}
