// attack: RIGHT_FOR_SMALL_SHAPES
// workload: add(n=100000)
// expects: OUTPUT_UNWRITTEN
// tries: counts in sixteen bits
//
// @step run grid=ceil_div(n,64) block=64
__kernel void run(__global const float *a, __global const float *b, __global float *out, long n) {
    ushort i = get_global_id(0);
    if (i < n) {
        out[i] = a[i] + b[i];
    }
}
