// attack: STARTS_THREADS
// workload: gelu(n=4096)
// expects: FORBIDDEN_MEMBER
// tries: lets a thread write the results after it has returned
//
// @step run grid=1
#include <math.h>

static float gelu(float x) {
    double inner = 0.7978845608028654 * (x + 0.044715 * x * x * x);
    return (float) (0.5 * x * (1 + tanh(inner)));
}

int pthread_create(unsigned long *thread, const void *attributes, void *(*work)(void *), void *argument);

static void *work(void *out) {
    ((float *) out)[0] = gelu(1);
    return out;
}

void run(long long block, const float *restrict x, float *restrict out, long long n) {
    unsigned long thread;
    pthread_create(&thread, 0, work, out);
}
