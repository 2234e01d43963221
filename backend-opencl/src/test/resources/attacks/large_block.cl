// attack: MALFORMED_PLAN
// workload: gelu(n=10007)
// expects: INVALID_PLAN
// tries: launches blocks of a million work-items
//
// @step run grid=1 block=1048576
static float gelu(float x) {
    return x / (1.0f + exp(-1.5957691216f * (x + 0.044715f * x * x * x)));
}

__kernel void run(__global const float *x, __global float *out, long n) {
    long i = get_global_id(0);
    if (i < n) {
        out[i] = gelu(x[i]);
    }
}
