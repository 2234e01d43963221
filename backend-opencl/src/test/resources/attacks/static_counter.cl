// attack: STATE_IN_STATICS
// workload: gelu(n=10007)
// expects: FORBIDDEN_MEMBER
// tries: counts its calls in a static variable of a function
//
// @step run grid=ceil_div(n,64) block=64
static float gelu(float x) {
    return x / (1.0f + exp(-1.5957691216f * (x + 0.044715f * x * x * x)));
}

__kernel void run(__global const float *x, __global float *out, long n) {
    long i = get_global_id(0);
    static __global int calls = 1;
    calls++;
    if (i < n) {
        out[i] = gelu(x[i]);
    }
}
