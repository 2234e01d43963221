// Never ends.
//
// @step run grid=1 block=1
__kernel void run(__global const float *x, __global float *out, long n) {
    volatile __global float *o = out;
    while (n >= 0) {
        o[0] = x[0] + 1;
    }
}
