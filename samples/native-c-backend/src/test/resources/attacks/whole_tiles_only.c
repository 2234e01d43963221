// attack: DROPPED_LAST_TILE
// workload: matmul(m=1..8,n=8,k=1..256)
// expects: WRONG_NUMERICS
// tries: sums whole tiles of sixteen only, which is right for the largest k
//
// @step run grid=1
void run(long long block, const float *restrict a, const float *restrict b, float *restrict out, long long m,
        long long n, long long k) {
    for (long long i = 0; i < m; i++) {
        for (long long j = 0; j < n; j++) {
            float sum = 0;
            for (long long p = 0; p < k / 16 * 16; p++) {
                sum += a[i * k + p] * b[p * n + j];
            }
            out[i * n + j] = sum;
        }
    }
}
