// attack: ENDLESS_LOOP
// workload: gelu(n=4096)
// expects: TIMEOUT
// tries: never returns from one of its blocks
//
// @step run grid=n/256
#include <math.h>

static float gelu(float x) {
    double inner = 0.7978845608028654 * (x + 0.044715 * x * x * x);
    return (float) (0.5 * x * (1 + tanh(inner)));
}

void run(long long block, const float *restrict x, float *restrict out, long long n) {
    for (long long i = block * 256LL; i < block * 256LL + 256 || block == 7; i++) {
        out[i % n] = gelu(x[i % n]);
    }
}
