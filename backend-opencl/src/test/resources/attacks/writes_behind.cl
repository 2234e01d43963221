// attack: WRITE_BEHIND
// workload: gelu(n=10007)
// expects: OUT_OF_BOUNDS
// tries: writes one element behind its output
//
// @step run grid=ceil_div(n,64) block=64
static float gelu(float x) {
    return x / (1.0f + exp(-1.5957691216f * (x + 0.044715f * x * x * x)));
}

__kernel void run(__global const float *x, __global float *out, long n) {
    long i = get_global_id(0);
    if (i < n) {
        out[i] = gelu(x[i]);
    }
    if (i == 0) {
        out[n] = 1.0f;
    }
}
