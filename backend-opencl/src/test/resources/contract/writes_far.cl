// Writes 16 TiB behind its output.
//
// @step run grid=1 block=1
__kernel void run(__global const float *x, __global float *out, long n) {
    out[n + (1L << 42)] = x[0] + 1;
}
