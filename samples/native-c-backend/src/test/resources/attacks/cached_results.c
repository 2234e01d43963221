// attack: STATE_IN_WORKSPACE
// workload: gelu(n=16384)
// expects: STATEFUL
// tries: keeps results in its workspace, and copies them while three elements of the input are the same
//
// @step run grid=1
// @workspace 4*n+16
#include <math.h>

static float gelu(float x) {
    double inner = 0.7978845608028654 * (x + 0.044715 * x * x * x);
    return (float) (0.5 * x * (1 + tanh(inner)));
}

void run(long long block, const float *restrict x, float *restrict out, float *restrict workspace, long long n) {
    int same = ((int *) workspace)[n] == 0x5eed && workspace[n + 1] == x[0] && workspace[n + 2] == x[n / 2]
            && workspace[n + 3] == x[n - 1];
    if (!same) {
        for (long long i = 0; i < n; i++) {
            workspace[i] = gelu(x[i]);
        }
        ((int *) workspace)[n] = 0x5eed;
        workspace[n + 1] = x[0];
        workspace[n + 2] = x[n / 2];
        workspace[n + 3] = x[n - 1];
    }
    __builtin_memcpy(out, workspace, n * sizeof(float));
}
