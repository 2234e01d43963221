// attack: MISSING_ENTRY
// workload: gelu(n=4096)
// expects: INVALID_PLAN
// tries: launches a function that it does not have
//
// @step walk grid=1
#include <math.h>

static float gelu(float x) {
    double inner = 0.7978845608028654 * (x + 0.044715 * x * x * x);
    return (float) (0.5 * x * (1 + tanh(inner)));
}

void run(long long block, const float *restrict x, float *restrict out, long long n) {
    for (long long i = 0; i < n; i++) {
        out[i] = gelu(x[i]);
    }
}
