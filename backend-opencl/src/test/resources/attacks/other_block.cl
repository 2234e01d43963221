// attack: MALFORMED_PLAN
// workload: gelu(n=10007)
// expects: INVALID_PLAN
// tries: launches blocks of another size than the kernel says it needs
//
// @step run grid=ceil_div(n,32) block=32
static float gelu(float x) {
    return x / (1.0f + exp(-1.5957691216f * (x + 0.044715f * x * x * x)));
}

__attribute__((reqd_work_group_size(64, 1, 1)))
__kernel void run(__global const float *x, __global float *out, long n) {
    long i = get_global_id(0);
    if (i < n) {
        out[i] = gelu(x[i]);
    }
}
