// attack: TRANSPOSED_READ
// workload: matmul(m=33,n=31,k=257)
// expects: WRONG_NUMERICS
// tries: reads b as if it were transposed
//
// @step run grid=m;n block=1;1
__kernel void run(__global const float *a, __global const float *b, __global float *out, long m, long n, long k) {
    long i = get_group_id(0);
    long j = get_group_id(1);
    float sum = 0.0f;
    for (long p = 0; p < k; p++) {
        sum = fma(a[i * k + p], b[j * k + p], sum);
    }
    out[i * n + j] = sum;
}
