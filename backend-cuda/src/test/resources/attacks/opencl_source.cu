// attack: MALFORMED_SOURCE
// workload: gelu(n=10007)
// expects: COMPILE_ERROR
// tries: is another language
//
// @step run grid=ceil_div(n,64) block=64
__kernel void run(__global const float *x, __global float *out, long n) {
    long i = get_global_id(0);
    if (i < n) {
        out[i] = x[i];
    }
}
