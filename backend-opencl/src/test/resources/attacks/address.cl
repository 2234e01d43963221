// attack: FOREIGN_MEMORY
// workload: gelu(n=10007)
// expects: CRASHED
// tries: reads memory by a number of its own
//
// @step run grid=ceil_div(n,64) block=64
static float gelu(float x) {
    return x / (1.0f + exp(-1.5957691216f * (x + 0.044715f * x * x * x)));
}

__kernel void run(__global const float *x, __global float *out, long n) {
    long i = get_global_id(0);
    if (i < n) {
        out[i] = gelu(x[i]) + *(__global const volatile float *) (i + 64);
    }
}
