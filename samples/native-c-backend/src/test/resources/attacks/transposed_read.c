// attack: TRANSPOSED_READ
// workload: matmul(m=16,n=32,k=32)
// expects: WRONG_NUMERICS
// tries: reads b as if it were transposed
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
