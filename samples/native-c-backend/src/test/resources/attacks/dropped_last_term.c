// attack: DROPPED_LAST_TERM
// workload: matmul(m=8,n=8,k=2048)
// expects: WRONG_NUMERICS
// tries: leaves out one term of 2048
//
// @step run grid=1
void run(long long block, const float *restrict a, const float *restrict b, float *restrict out, long long m,
        long long n, long long k) {
    for (long long i = 0; i < m; i++) {
        for (long long j = 0; j < n; j++) {
            float sum = 0;
            for (long long p = 0; p < k - 1; p++) {
                sum += a[i * k + p] * b[p * n + j];
            }
            out[i * n + j] = sum;
        }
    }
}
