// attack: NAN_OUTPUTS
// workload: gelu(n=4096)
// expects: WRONG_NUMERICS
// tries: a NaN is not greater than any tolerance
//
// @step run grid=1
#include <math.h>

void run(long long block, const float *restrict x, float *restrict out, long long n) {
    for (long long i = 0; i < n; i++) {
        out[i] = NAN;
    }
}
