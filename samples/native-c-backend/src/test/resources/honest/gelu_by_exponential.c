// honest: tanh by an exponential, in single precision as far as that is sound
// workload: gelu(n=10007)
//
// @step run grid=1
#include <math.h>

static float via_exponential(float x) {
    double inner = 0.7978845608028654 * (x + 0.044715 * x * x * x);
    return (float) (x / (1 + exp(-2 * inner)));
}

void run(long long block, const float *restrict x, float *restrict out, long long n) {
    for (long long i = 0; i < n; i++) {
        out[i] = via_exponential(x[i]);
    }
}
