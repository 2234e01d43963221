// attack: FIRST_CALLS_ONLY
// workload: gelu(n=16384)
// expects: STATEFUL
// tries: counts its calls in its workspace, and does nothing after the twentieth
//
// @step run grid=1
// @workspace 8
#include <math.h>

static float gelu(float x) {
    double inner = 0.7978845608028654 * (x + 0.044715 * x * x * x);
    return (float) (0.5 * x * (1 + tanh(inner)));
}

void run(long long block, const float *restrict x, float *restrict out, float *restrict workspace, long long n) {
    int calls = ((const int *) workspace)[0] == 0x5eed ? ((const int *) workspace)[1] + 1 : 0;
    ((int *) workspace)[0] = 0x5eed;
    ((int *) workspace)[1] = calls;
    if (calls < 20) {
        for (long long i = 0; i < n; i++) {
            out[i] = gelu(x[i]);
        }
    }
}
