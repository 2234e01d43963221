// attack: HIDDEN_SPECIALS
// workload: mul(n=4096)
// expects: WRONG_NUMERICS
// tries: gives zero where a result is subnormal
//
// @step run grid=1
#include <float.h>
#include <math.h>

void run(long long block, const float *restrict a, const float *restrict b, float *restrict out, long long n) {
    for (long long i = 0; i < n; i++) {
        float product = a[i] * b[i];
        out[i] = fabs(product) < FLT_MIN ? 0 : product;
    }
}
