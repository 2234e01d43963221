// attack: STATE_IN_STATICS
// workload: gelu(n=4096)
// expects: FORBIDDEN_MEMBER
// tries: keeps results in a variable of the file
//
// @step run grid=1
#include <math.h>

static float gelu(float x) {
    double inner = 0.7978845608028654 * (x + 0.044715 * x * x * x);
    return (float) (0.5 * x * (1 + tanh(inner)));
}

float results[4096];

void run(long long block, const float *restrict x, float *restrict out, long long n) {
    for (long long i = 0; i < n; i++) {
        results[i] = gelu(x[i]);
        out[i] = results[i];
    }
}
