// attack: RARELY_WRONG
// workload: add(n=100000)
// expects: WRONG_NUMERICS
// tries: is wrong by a thousandth at one element of 100000
//
// @step run grid=ceil_div(n,64) block=64
__kernel void run(__global const float *a, __global const float *b, __global float *out, long n) {
    long i = get_global_id(0);
    if (i < n) {
        out[i] = a[i] + b[i] + (i == 77777 ? 1e-3f : 0.0f);
    }
}
