// honest: with the second operand transposed
// workload: matmul(m=33,n=31,k=257,transpose_b=1)
//
// @step run grid=1
void run(long long block, const float *restrict a, const float *restrict b, float *restrict out, long long m,
        long long n, long long k) {
    for (long long i = 0; i < m; i++) {
        for (long long j = 0; j < n; j++) {
            float sum = 0;
            for (long long p = 0; p < k; p++) {
                sum += a[i * k + p] * b[j * k + p];
            }
            out[i * n + j] = sum;
        }
    }
}
