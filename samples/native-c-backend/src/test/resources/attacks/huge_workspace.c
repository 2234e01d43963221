// attack: HUGE_WORKSPACE
// workload: gelu(n=4096)
// expects: INVALID_PLAN
// tries: asks for a terabyte
//
// @step run grid=1
// @workspace 1099511627776
#include <math.h>

static float gelu(float x) {
    double inner = 0.7978845608028654 * (x + 0.044715 * x * x * x);
    return (float) (0.5 * x * (1 + tanh(inner)));
}

void run(long long block, const float *restrict x, float *restrict out, float *restrict workspace, long long n) {
    for (long long i = 0; i < n; i++) {
        out[i] = gelu(x[i]);
    }
}
