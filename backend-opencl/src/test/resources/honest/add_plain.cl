// honest: a work-item for each element
// workload: add(n=10007)
//
// @step run grid=ceil_div(n,64) block=64
__kernel void run(__global const float *a, __global const float *b, __global float *out, long n) {
    long i = get_global_id(0);
    if (i < n) {
        out[i] = a[i] + b[i];
    }
}
