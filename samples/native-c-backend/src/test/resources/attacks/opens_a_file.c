// attack: FILES
// workload: gelu(n=4096)
// expects: FORBIDDEN_MEMBER
// tries: opens a file
//
// @step run grid=1
#include <math.h>

static float gelu(float x) {
    double inner = 0.7978845608028654 * (x + 0.044715 * x * x * x);
    return (float) (0.5 * x * (1 + tanh(inner)));
}

int open(const char *file, int flags);

void run(long long block, const float *restrict x, float *restrict out, long long n) {
    const char file[] = {47, 0};
    out[0] = open(file, 0);
    for (long long i = 0; i < n; i++) {
        out[i] = gelu(x[i]);
    }
}
