// attack: COMPILER_BOMB
// workload: gelu(n=4096)
// expects: COMPILE_ERROR
// tries: has a table of two gigabytes, nearly all of which is zero
//
// @step run grid=1
#include <math.h>

static float gelu(float x) {
    double inner = 0.7978845608028654 * (x + 0.044715 * x * x * x);
    return (float) (0.5 * x * (1 + tanh(inner)));
}

static const char table[1LL << 31] = {1};

void run(long long block, const float *restrict x, float *restrict out, long long n) {
    out[0] = table[(int) x[0] & 0xffff];
    for (long long i = 0; i < n; i++) {
        out[i] = gelu(x[i]);
    }
}
