// attack: TRUNCATED_TAIL
// workload: add(n=1..4096)
// expects: OUTPUT_UNWRITTEN
// tries: computes whole vectors only, which is right for the largest n
//
// @step run grid=max(n/16,1) block=1
__kernel void run(__global const float *a, __global const float *b, __global float *out, long n) {
    long i = get_group_id(0);
    if (i < n / 16) {
        vstore16(vload16(i, a) + vload16(i, b), i, out);
    }
}
