// attack: FOREIGN_MEMORY
// workload: gelu(n=4096)
// expects: FORBIDDEN_MEMBER
// tries: asks the system for memory
//
// @step run grid=1
#include <math.h>

static float gelu(float x) {
    double inner = 0.7978845608028654 * (x + 0.044715 * x * x * x);
    return (float) (0.5 * x * (1 + tanh(inner)));
}

void *mmap(void *at, unsigned long size, int protection, int flags, int file, long offset);

void run(long long block, const float *restrict x, float *restrict out, long long n) {
    float *mine = mmap(0, 4096, 3, 34, -1, 0);
    mine[0] = x[0];
    for (long long i = 0; i < n; i++) {
        out[i] = gelu(x[i]);
    }
}
