// honest: a plain loop in double precision
// workload: silu_mul(n=10007)
//
// @step run grid=1
#include <math.h>

void run(long long block, const float *restrict gate, const float *restrict up, float *restrict out, long long n) {
    for (long long i = 0; i < n; i++) {
        out[i] = (float) (gate[i] / (1 + exp(-gate[i])) * up[i]);
    }
}
