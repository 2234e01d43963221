// attack: READS_UNWRITTEN_WORKSPACE
// workload: gelu(n=4096)
// expects: NON_DETERMINISTIC
// tries: changes the last bit of its results by what its workspace held
//
// @step run grid=1
// @workspace 4*n
#include <math.h>

static float gelu(float x) {
    double inner = 0.7978845608028654 * (x + 0.044715 * x * x * x);
    return (float) (0.5 * x * (1 + tanh(inner)));
}

void run(long long block, const float *restrict x, float *restrict out, float *restrict workspace, long long n) {
    for (long long i = 0; i < n; i++) {
        float result = gelu(x[i]);
        out[i] = result + (nextafterf(fabsf(result), INFINITY) - fabsf(result)) * (((const int *) workspace)[i] & 1);
    }
}
