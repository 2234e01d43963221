// attack: STATE_IN_OUTPUT
// workload: gelu(n=16384)
// expects: STATEFUL
// tries: leaves its output as it is if three elements are right
//
// @step run grid=1
#include <math.h>
#include <stdbool.h>

static int bits_of(float value) {
    union {
        float number;
        int bits;
    } both = {value};
    return both.bits;
}

static float gelu(float x) {
    double inner = 0.7978845608028654 * (x + 0.044715 * x * x * x);
    return (float) (0.5 * x * (1 + tanh(inner)));
}

static bool same(const float *x, float *out, long long index) {
    return bits_of(out[index]) == bits_of(gelu(x[index]));
}

void run(long long block, const float *restrict x, float *restrict out, long long n) {
    if (same(x, out, 0) && same(x, out, n / 2) && same(x, out, n - 1)) {
        return;
    }
    for (long long i = 0; i < n; i++) {
        out[i] = gelu(x[i]);
    }
}
