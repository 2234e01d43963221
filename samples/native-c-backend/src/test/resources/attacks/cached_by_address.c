// attack: CACHED_BY_ADDRESS
// workload: gelu(n=16384)
// expects: STATEFUL
// tries: knows its inputs again by the address they lie at, which its workspace remembers
//
// @step run grid=1
// @workspace 24
#include <math.h>
#include <stdint.h>

static float gelu(float x) {
    double inner = 0.7978845608028654 * (x + 0.044715 * x * x * x);
    return (float) (0.5 * x * (1 + tanh(inner)));
}

void run(long long block, const float *restrict x, float *restrict out, float *restrict workspace, long long n) {
    uintptr_t *known = (uintptr_t *) workspace;
    if (known[0] == (uintptr_t) x && known[1] == (uintptr_t) out && known[2] == 0x5eed) {
        return;
    }
    for (long long i = 0; i < n; i++) {
        out[i] = gelu(x[i]);
    }
    known[0] = (uintptr_t) x;
    known[1] = (uintptr_t) out;
    known[2] = 0x5eed;
}
