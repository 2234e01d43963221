// attack: ACTS_WHEN_LOADED
// workload: gelu(n=4096)
// expects: FORBIDDEN_MEMBER
// tries: has a function of the name that the linker calls
//
// @step run grid=1
#include <math.h>

static float gelu(float x) {
    double inner = 0.7978845608028654 * (x + 0.044715 * x * x * x);
    return (float) (0.5 * x * (1 + tanh(inner)));
}

void _init(void) {
    for (;;) {
    }
}

void run(long long block, const float *restrict x, float *restrict out, long long n) {
    for (long long i = 0; i < n; i++) {
        out[i] = gelu(x[i]);
    }
}
