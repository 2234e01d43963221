// attack: CLOCK
// workload: gelu(n=4096)
// expects: FORBIDDEN_MEMBER
// tries: works only while it is not being timed
//
// @step run grid=1
#include <math.h>

static float gelu(float x) {
    double inner = 0.7978845608028654 * (x + 0.044715 * x * x * x);
    return (float) (0.5 * x * (1 + tanh(inner)));
}

int clock_gettime(int clock, long *time);

void run(long long block, const float *restrict x, float *restrict out, long long n) {
    long time[2];
    clock_gettime(1, time);
    if (time[1] % 2 == 0) {
        for (long long i = 0; i < n; i++) {
            out[i] = gelu(x[i]);
        }
    }
}
