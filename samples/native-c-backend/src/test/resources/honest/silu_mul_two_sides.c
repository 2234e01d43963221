// honest: an exponential of negative numbers only
// workload: silu_mul(n=10007)
//
// @step run grid=1
#include <math.h>

static double sigmoid(double x) {
    double e = exp(-fabs(x));
    return x >= 0 ? 1 / (1 + e) : e / (1 + e);
}

void run(long long block, const float *restrict gate, const float *restrict up, float *restrict out, long long n) {
    for (long long i = 0; i < n; i++) {
        out[i] = (float) (sigmoid(gate[i]) * gate[i] * up[i]);
    }
}
