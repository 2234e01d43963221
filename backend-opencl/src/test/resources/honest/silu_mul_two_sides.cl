// honest: an exponential of negative numbers only
// workload: silu_mul(n=10007)
//
// @step run grid=ceil_div(n,64) block=64
__kernel void run(__global const float *gate, __global const float *up, __global float *out, long n) {
    long i = get_global_id(0);
    if (i < n) {
        float e = exp(-fabs(gate[i]));
        out[i] = gate[i] * ((gate[i] < 0.0f ? e : 1.0f) / (1.0f + e)) * up[i];
    }
}
