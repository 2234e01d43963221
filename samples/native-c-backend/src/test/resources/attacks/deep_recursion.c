// attack: DEEP_RECURSION
// workload: gelu(n=4096)
// expects: CRASHED
// tries: calls itself without end
//
// @step run grid=1
static __attribute__((noinline)) float deeper(const float *x, volatile float *before) {
    volatile float here[64];
    here[0] = *before + x[0];
    float result = deeper(x, here);
    return result + here[0];
}

void run(long long block, const float *restrict x, float *restrict out, long long n) {
    volatile float first = x[0];
    out[0] = deeper(x, &first);
}
