// attack: CATCHES_FAILURES
// workload: gelu(n=4096)
// expects: FORBIDDEN_MEMBER
// tries: handles the signal that its own failure raises
//
// @step run grid=1
#include <math.h>

static float gelu(float x) {
    double inner = 0.7978845608028654 * (x + 0.044715 * x * x * x);
    return (float) (0.5 * x * (1 + tanh(inner)));
}

void (*signal(int number, void (*handler)(int)))(int);

static void handle(int number) {
}

void run(long long block, const float *restrict x, float *restrict out, long long n) {
    signal(11, handle);
    out[0] = x[1LL << 40];
}
