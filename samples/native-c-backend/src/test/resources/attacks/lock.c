// attack: LOCKS
// workload: gelu(n=4096)
// expects: FORBIDDEN_MEMBER
// tries: takes a lock that is never given back
//
// @step run grid=8
// @workspace 4
#include <math.h>

static float gelu(float x) {
    double inner = 0.7978845608028654 * (x + 0.044715 * x * x * x);
    return (float) (0.5 * x * (1 + tanh(inner)));
}

void run(long long block, const float *restrict x, float *restrict out, float *restrict workspace, long long n) {
    while (__atomic_exchange_n((int *) workspace, 1, 0)) {
    }
    for (long long i = 0; i < n; i++) {
        out[i] = gelu(x[i]);
    }
}
