// honest: vectors of four, and what is left one by one
// workload: silu_mul(n=10007)
//
// @step run grid=ceil_div(n,4) block=1
__kernel void run(__global const float *gate, __global const float *up, __global float *out, long n) {
    long i = get_group_id(0);
    if (4 * i + 4 <= n) {
        float4 g = vload4(i, gate);
        vstore4(g / (1.0f + exp(-g)) * vload4(i, up), i, out);
    } else {
        for (long j = 4 * i; j < n; j++) {
            out[j] = gate[j] / (1.0f + exp(-gate[j])) * up[j];
        }
    }
}
