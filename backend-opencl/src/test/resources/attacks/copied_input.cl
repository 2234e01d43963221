// attack: COPIED_INPUT
// workload: gelu(n=10007)
// expects: WRONG_NUMERICS
// tries: gelu(x) is x for large x
//
// @step run grid=ceil_div(n,64) block=64
__kernel void run(__global const float *x, __global float *out, long n) {
    long i = get_global_id(0);
    if (i < n) {
        out[i] = x[i];
    }
}
