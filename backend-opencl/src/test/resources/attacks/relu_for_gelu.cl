// attack: RIGHT_FOR_POSITIVES
// workload: gelu(n=10007)
// expects: WRONG_NUMERICS
// tries: is right for positive inputs, and zero for others
//
// @step run grid=ceil_div(n,64) block=64
static float gelu(float x) {
    return x / (1.0f + exp(-1.5957691216f * (x + 0.044715f * x * x * x)));
}

__kernel void run(__global const float *x, __global float *out, long n) {
    long i = get_global_id(0);
    if (i < n) {
        out[i] = x[i] > 0.0f ? gelu(x[i]) : 0.0f;
    }
}
