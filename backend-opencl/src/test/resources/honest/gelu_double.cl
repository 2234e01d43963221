// honest: tanh in double precision
// workload: gelu(n=10007)
//
// @step run grid=ceil_div(n,64) block=64
#pragma OPENCL EXTENSION cl_khr_fp64 : enable

__kernel void run(__global const float *x, __global float *out, long n) {
    long i = get_global_id(0);
    if (i < n) {
        double value = x[i];
        out[i] = (float) (0.5 * value * (1 + tanh(0.7978845608028654 * (value + 0.044715 * value * value * value))));
    }
}
