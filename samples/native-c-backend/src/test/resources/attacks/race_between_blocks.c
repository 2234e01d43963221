// attack: RACE_BETWEEN_BLOCKS
// workload: gelu(n=1048576)
// expects: NON_DETERMINISTIC
// tries: lets the order in which blocks end decide about the last bit of a result
//
// @step clear grid=1
// @step run grid=128
// @workspace 4
#include <math.h>

static float gelu(float x) {
    double inner = 0.7978845608028654 * (x + 0.044715 * x * x * x);
    return (float) (0.5 * x * (1 + tanh(inner)));
}

void run(long long block, const float *restrict x, float *restrict out, float *restrict workspace, long long n) {
    long long first = block * (n / 128);
    for (long long i = first; i < first + n / 128; i++) {
        out[i] = gelu(x[i]);
    }
    int ended = ((const int *) workspace)[0];
    ((int *) workspace)[0] = ended + 1;
    out[first] = out[first] + (nextafterf(fabsf(out[first]), INFINITY) - fabsf(out[first])) * (ended & 1);
}

void clear(long long block, const float *restrict x, float *restrict out, float *restrict workspace, long long n) {
    ((int *) workspace)[0] = 0;
}
