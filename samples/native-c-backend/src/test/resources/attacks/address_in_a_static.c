// attack: CACHED_BY_ADDRESS
// workload: gelu(n=4096)
// expects: FORBIDDEN_MEMBER
// tries: keeps the address of its inputs in a static variable
//
// @step run grid=1
#include <math.h>

static float gelu(float x) {
    double inner = 0.7978845608028654 * (x + 0.044715 * x * x * x);
    return (float) (0.5 * x * (1 + tanh(inner)));
}

static const float *known;

void run(long long block, const float *restrict x, float *restrict out, long long n) {
    if (known == x) {
        return;
    }
    known = x;
    for (long long i = 0; i < n; i++) {
        out[i] = gelu(x[i]);
    }
}
