// attack: TRUNCATED_TAIL
// workload: add(n=10007)
// expects: WRONG_NUMERICS
// tries: computes whole vectors and writes zeros behind them
//
// @step run grid=ceil_div(n,64) block=64
__kernel void run(__global const float *a, __global const float *b, __global float *out, long n) {
    long i = get_global_id(0);
    if (i < n) {
        out[i] = i < n / 16 * 16 ? a[i] + b[i] : 0.0f;
    }
}
