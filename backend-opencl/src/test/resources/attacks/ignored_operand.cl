// attack: IGNORED_OPERAND
// workload: add(n=10007)
// expects: WRONG_NUMERICS
// tries: adds nothing
//
// @step run grid=ceil_div(n,64) block=64
__kernel void run(__global const float *a, __global const float *b, __global float *out, long n) {
    long i = get_global_id(0);
    if (i < n) {
        out[i] = a[i];
    }
}
