// attack: SWAPPED_INDEX
// workload: matmul(m=16,n=16,k=64)
// expects: WRONG_NUMERICS
// tries: writes the product transposed
//
// @step run grid=1
void run(long long block, const float *restrict a, const float *restrict b, float *restrict out, long long m,
        long long n, long long k) {
    for (long long i = 0; i < m; i++) {
        for (long long j = 0; j < n; j++) {
            float sum = 0;
            for (long long p = 0; p < k; p++) {
                sum += a[i * k + p] * b[p * n + j];
            }
            out[j * m + i] = sum;
        }
    }
}
