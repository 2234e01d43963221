// attack: ROUNDED_INPUTS
// workload: matmul(m=33,n=31,k=257)
// expects: WRONG_NUMERICS
// tries: multiplies what is left of the inputs in bfloat16
//
// @step run grid=m;n block=1;1
static float cut(float value) {
    return as_float(as_uint(value) & 0xffff0000);
}

__kernel void run(__global const float *a, __global const float *b, __global float *out, long m, long n, long k) {
    long i = get_group_id(0);
    long j = get_group_id(1);
    float sum = 0.0f;
    for (long p = 0; p < k; p++) {
        sum = fma(cut(a[i * k + p]), cut(b[p * n + j]), sum);
    }
    out[i * n + j] = sum;
}
