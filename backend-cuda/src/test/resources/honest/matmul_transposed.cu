// honest: with the second operand transposed
// workload: matmul(m=33,n=31,k=257,transpose_b=1)
//
// @step run grid=ceil_div(n,8);ceil_div(m,8) block=8;8
extern "C" __global__ void run(const float *a, const float *b, float *out, long long m, long long n, long long k) {
    long long i = blockIdx.y * 8LL + threadIdx.y;
    long long j = blockIdx.x * 8LL + threadIdx.x;
    if (i >= m || j >= n) {
        return;
    }
    float sum = 0;
    for (long long p = 0; p < k; p++) {
        sum = fmaf(a[i * k + p], b[j * k + p], sum);
    }
    out[i * n + j] = (float) sum;
}
