// attack: ALLOCATES
// workload: gelu(n=4096)
// expects: CRASHED
// tries: has an array on its stack that is larger than the stack
//
// @step run grid=1
#include <math.h>

static float gelu(float x) {
    double inner = 0.7978845608028654 * (x + 0.044715 * x * x * x);
    return (float) (0.5 * x * (1 + tanh(inner)));
}

void run(long long block, const float *restrict x, float *restrict out, long long n) {
    volatile float array[1LL << 30];
    for (long long i = 0; i < 1LL << 30; i += 1024) {
        array[i] = x[0];
    }
    for (long long i = 0; i < n; i++) {
        out[i] = gelu(x[i]);
    }
}
