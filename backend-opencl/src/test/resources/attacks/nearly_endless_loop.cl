// attack: ENDLESS_LOOP
// workload: gelu(n=10007)
// expects: TIMEOUT
// tries: counts to a number that takes years to reach
//
// @step run grid=ceil_div(n,64) block=64
static float gelu(float x) {
    return x / (1.0f + exp(-1.5957691216f * (x + 0.044715f * x * x * x)));
}

__kernel void run(__global const float *x, __global float *out, long n) {
    long i = get_global_id(0);
    for (long j = 0; j < 1L << 60; j++) {
        *(volatile __global float *) out = j;
    }
    if (i < n) {
        out[i] = gelu(x[i]);
    }
}
