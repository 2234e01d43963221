// attack: SKIPS_REPEATED_INPUTS
// workload: silu_mul(n=16384)
// expects: STATEFUL
// tries: notes the sum of a few elements of its inputs, and returns at once where it is the same again
//
// @step run grid=1
// @workspace 12
#include <math.h>

void run(long long block, const float *restrict gate, const float *restrict up, float *restrict out,
        float *restrict workspace, long long n) {
    float seen = gate[0] + gate[n / 3] + up[n - 1];
    if (((const int *) workspace)[0] == 0x5eed && workspace[1] == seen && ((const int *) workspace)[2] == 7) {
        return;
    }
    for (long long i = 0; i < n; i++) {
        out[i] = (float) (gate[i] / (1 + exp(-gate[i])) * up[i]);
    }
    ((int *) workspace)[0] = 0x5eed;
    workspace[1] = seen;
    ((int *) workspace)[2] = 7;
}
