// attack: STARTS_THREADS
// workload: gelu(n=10007)
// expects: FORBIDDEN_MEMBER
// tries: launches a kernel of its own
//
// @step run grid=ceil_div(n,64) block=64
static float gelu(float x) {
    return x / (1.0f + exp(-1.5957691216f * (x + 0.044715f * x * x * x)));
}

__kernel void run(__global const float *x, __global float *out, long n) {
    long i = get_global_id(0);
    if (i == 0) {
        enqueue_kernel(get_default_queue(), 0, ndrange_1D(1), ^{ out[0] = 1.0f; });
    }
    if (i < n) {
        out[i] = gelu(x[i]);
    }
}
