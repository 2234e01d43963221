// attack: WRITE_BEHIND
// workload: add(n=10007)
// expects: OUT_OF_BOUNDS
// tries: writes a whole vector where a part of one is left
//
// @step run grid=ceil_div(n,8) block=1
__kernel void run(__global const float *a, __global const float *b, __global float *out, long n) {
    long i = get_group_id(0);
    vstore8(vload8(i, a) + vload8(i, b), i, out);
}
