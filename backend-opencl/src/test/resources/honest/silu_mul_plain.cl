// honest: a work-item for each element
// workload: silu_mul(n=10007)
//
// @step run grid=ceil_div(n,64) block=64
__kernel void run(__global const float *gate, __global const float *up, __global float *out, long n) {
    long i = get_global_id(0);
    if (i < n) {
        out[i] = gate[i] / (1.0f + exp(-gate[i])) * up[i];
    }
}
