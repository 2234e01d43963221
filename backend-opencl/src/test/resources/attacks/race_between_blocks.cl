// attack: RACE_BETWEEN_BLOCKS
// workload: gelu(n=10007)
// expects: NON_DETERMINISTIC
// tries: lets the order in which blocks end decide about the last bit of a result
//
// @step clear grid=1 block=1
// @step run grid=ceil_div(n,64) block=64
// @workspace 4
static float gelu(float x) {
    return x / (1.0f + exp(-1.5957691216f * (x + 0.044715f * x * x * x)));
}

__kernel void clear(__global const float *x, __global float *out, __global int *ended, long n) {
    ended[0] = 0;
}

__kernel void run(__global const float *x, __global float *out, __global int *ended, long n) {
    long i = get_global_id(0);
    // Long enough for other blocks to run beside this one.
    for (volatile int j = 0; get_local_id(0) == 0 && j < 100000; j++) {
    }
    if (i < n) {
        out[i] = as_float(as_int(gelu(x[i])) ^ (atomic_inc(ended) & 1));
    }
}
