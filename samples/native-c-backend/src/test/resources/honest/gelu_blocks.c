// honest: blocks of 1024 elements
// workload: gelu(n=10007)
//
// @step run grid=ceil_div(n,1024)
#include <math.h>

static float gelu(float x) {
    double inner = 0.7978845608028654 * (x + 0.044715 * x * x * x);
    return (float) (0.5 * x * (1 + tanh(inner)));
}

void run(long long block, const float *restrict x, float *restrict out, long long n) {
    for (long long i = block * 1024LL; i < (n < block * 1024LL + 1024 ? n : block * 1024LL + 1024); i++) {
        out[i] = gelu(x[i]);
    }
}
