// honest: work-items that take every 512th element
// workload: mul(n=10007)
//
// @step run grid=8 block=64
__kernel void run(__global const float *a, __global const float *b, __global float *out, long n) {
    for (long i = get_global_id(0); i < n; i += get_global_size(0)) {
        out[i] = a[i] * b[i];
    }
}
