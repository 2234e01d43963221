// attack: TRAPS
// workload: gelu(n=4096)
// expects: CRASHED
// tries: divides the least number by minus one, which the processor traps
//
// @step run grid=1
#include <limits.h>
#include <math.h>

static float gelu(float x) {
    double inner = 0.7978845608028654 * (x + 0.044715 * x * x * x);
    return (float) (0.5 * x * (1 + tanh(inner)));
}

void run(long long block, const float *restrict x, float *restrict out, long long n) {
    out[0] = (int) ((int) (INT_MIN + block) / (int) (n / -4096));
    for (long long i = 0; i < n; i++) {
        out[i] = gelu(x[i]);
    }
}
