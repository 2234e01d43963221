// honest: three loops with fused multiply-adds, a block a row
// workload: matmul(m=33,n=31,k=257)
//
// @step run grid=m
#include <math.h>

void run(long long block, const float *restrict a, const float *restrict b, float *restrict out, long long m,
        long long n, long long k) {
    for (long long j = 0; j < n; j++) {
        float sum = 0;
        for (long long p = 0; p < k; p++) {
            sum = fma(a[block * k + p], b[p * n + j], sum);
        }
        out[block * n + j] = sum;
    }
}
