// attack: HALF_PRECISION
// workload: matmul(m=16,n=16,k=256)
// expects: WRONG_NUMERICS
// tries: rounds each partial sum of a product to sixteen bits
//
// @step run grid=1
void run(long long block, const float *restrict a, const float *restrict b, float *restrict out, long long m,
        long long n, long long k) {
    for (long long i = 0; i < m; i++) {
        for (long long j = 0; j < n; j++) {
            float sum = 0;
            for (long long p = 0; p < k; p++) {
                sum += a[i * k + p] * b[p * n + j];
                sum = (_Float16) (sum);
            }
            out[i * n + j] = sum;
        }
    }
}
