// attack: READ_BEHIND
// workload: gelu(n=4096)
// expects: WRONG_NUMERICS
// tries: reads one element behind its input and multiplies by zero, which hides every number but NaN
//
// @step run grid=1
#include <math.h>

static float gelu(float x) {
    double inner = 0.7978845608028654 * (x + 0.044715 * x * x * x);
    return (float) (0.5 * x * (1 + tanh(inner)));
}

void run(long long block, const float *restrict x, float *restrict out, long long n) {
    for (long long i = 0; i < n; i++) {
        out[i] = gelu(x[i]) + 0 * x[i + 1];
    }
}
