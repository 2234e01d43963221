// honest: a work-item for each element, in single precision
// workload: matmul(m=33,n=31,k=257)
//
// @step run grid=ceil_div(n,8);ceil_div(m,8) block=8;8
__kernel void run(__global const float *a, __global const float *b, __global float *out, long m, long n, long k) {
    long i = get_global_id(1);
    long j = get_global_id(0);
    if (i >= m || j >= n) {
        return;
    }
    float sum = 0;
    for (long p = 0; p < k; p++) {
        sum += a[i * k + p] * b[p * n + j];
    }
    out[i * n + j] = (float) sum;
}
