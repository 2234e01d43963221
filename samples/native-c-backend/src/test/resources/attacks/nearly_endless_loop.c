// attack: ENDLESS_LOOP
// workload: gelu(n=4096)
// expects: TIMEOUT
// tries: counts to a number that takes years to reach
//
// @step run grid=1
#include <math.h>

void run(long long block, const float *restrict x, float *restrict out, long long n) {
    float sum = 0;
    for (long long i = 0; i < 1LL << 60; i++) {
        sum = fma(sum, 0.5f, x[i & 63]);
    }
    out[0] = sum;
}
