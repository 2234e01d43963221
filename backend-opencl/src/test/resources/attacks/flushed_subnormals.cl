// attack: HIDDEN_SPECIALS
// workload: mul(n=10007)
// expects: WRONG_NUMERICS
// tries: gives zero where a result is subnormal
//
// @step run grid=ceil_div(n,64) block=64
__kernel void run(__global const float *a, __global const float *b, __global float *out, long n) {
    long i = get_global_id(0);
    if (i < n) {
        float product = a[i] * b[i];
        out[i] = fabs(product) < FLT_MIN ? 0.0f : product;
    }
}
