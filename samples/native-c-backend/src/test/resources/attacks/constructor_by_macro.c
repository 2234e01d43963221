// attack: ACTS_WHEN_LOADED
// workload: gelu(n=4096)
// expects: FORBIDDEN_MEMBER
// tries: hides the attribute in the name of one that is allowed
//
// @step run grid=1
#include <math.h>

static float gelu(float x) {
    double inner = 0.7978845608028654 * (x + 0.044715 * x * x * x);
    return (float) (0.5 * x * (1 + tanh(inner)));
}

#define vector_size(bytes) constructor

__attribute__((vector_size(16))) static void begin(void) {
    for (;;) {
    }
}

void run(long long block, const float *restrict x, float *restrict out, long long n) {
    for (long long i = 0; i < n; i++) {
        out[i] = gelu(x[i]);
    }
}
