// attack: STATE_IN_STATICS
// workload: gelu(n=10007)
// expects: COMPILE_ERROR or STATEFUL
// tries: counts its calls in a variable that a macro declares, and does nothing after the twentieth
//
// @step run grid=ceil_div(n,64) block=64
#define KEPT static __global volatile int

static float gelu(float x) {
    return x / (1.0f + exp(-1.5957691216f * (x + 0.044715f * x * x * x)));
}

__kernel void run(__global const float *x, __global float *out, long n) {
    long i = get_global_id(0);
    KEPT calls = 1;
    if (i == 0) {
        calls++;
    }
    if (i < n && calls < 20) {
        out[i] = gelu(x[i]);
    }
}
