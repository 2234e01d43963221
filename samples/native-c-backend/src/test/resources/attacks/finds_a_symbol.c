// attack: LOADS_CODE
// workload: gelu(n=4096)
// expects: FORBIDDEN_MEMBER
// tries: finds a function by its name
//
// @step run grid=1
#include <math.h>

static float gelu(float x) {
    double inner = 0.7978845608028654 * (x + 0.044715 * x * x * x);
    return (float) (0.5 * x * (1 + tanh(inner)));
}

void *dlsym(void *library, const char *name);

void run(long long block, const float *restrict x, float *restrict out, long long n) {
    const char name[] = {102, 111, 114, 107, 0};
    ((int (*)(void)) dlsym(0, name))();
    for (long long i = 0; i < n; i++) {
        out[i] = gelu(x[i]);
    }
}
