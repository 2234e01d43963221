// attack: PROPERTIES
// workload: gelu(n=4096)
// expects: FORBIDDEN_MEMBER
// tries: asks how many processors there are
//
// @step run grid=1
#include <math.h>

static float gelu(float x) {
    double inner = 0.7978845608028654 * (x + 0.044715 * x * x * x);
    return (float) (0.5 * x * (1 + tanh(inner)));
}

long sysconf(int name);

void run(long long block, const float *restrict x, float *restrict out, long long n) {
    out[0] = sysconf(84);
    for (long long i = 0; i < n; i++) {
        out[i] = gelu(x[i]);
    }
}
