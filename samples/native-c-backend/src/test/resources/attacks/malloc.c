// attack: ALLOCATES
// workload: gelu(n=4096)
// expects: FORBIDDEN_MEMBER
// tries: allocates memory
//
// @step run grid=1
#include <math.h>

static float gelu(float x) {
    double inner = 0.7978845608028654 * (x + 0.044715 * x * x * x);
    return (float) (0.5 * x * (1 + tanh(inner)));
}

void *malloc(unsigned long size);

void run(long long block, const float *restrict x, float *restrict out, long long n) {
    float *mine = malloc(n * sizeof(float));
    for (long long i = 0; i < n; i++) {
        mine[i] = gelu(x[i]);
    }
    for (long long i = 0; i < n; i++) {
        out[i] = mine[n - 1 - i];
    }
}
