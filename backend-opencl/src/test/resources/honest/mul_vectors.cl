// honest: vectors of eight, and what is left one by one
// workload: mul(n=10007)
//
// @step run grid=ceil_div(n,8) block=1
__kernel void run(__global const float *a, __global const float *b, __global float *out, long n) {
    long i = get_group_id(0);
    if (8 * i + 8 <= n) {
        vstore8(vload8(i, a) * vload8(i, b), i, out);
    } else {
        for (long j = 8 * i; j < n; j++) {
            out[j] = a[j] * b[j];
        }
    }
}
