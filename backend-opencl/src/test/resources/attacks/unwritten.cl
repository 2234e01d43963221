// attack: UNWRITTEN
// workload: gelu(n=10007)
// expects: OUTPUT_UNWRITTEN
// tries: hopes that memory still holds the results of another kernel
//
// @step run grid=ceil_div(n,64) block=64
__kernel void run(__global const float *x, __global float *out, long n) {
}
