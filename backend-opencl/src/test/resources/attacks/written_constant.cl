// attack: STATE_IN_STATICS
// workload: gelu(n=10007)
// expects: CRASHED or COMPILE_ERROR
// tries: casts a constant to a variable and counts its calls in it
//
// @step run grid=ceil_div(n,64) block=64
__constant int CALLS[1] = {1};

static float gelu(float x) {
    return x / (1.0f + exp(-1.5957691216f * (x + 0.044715f * x * x * x)));
}

__kernel void run(__global const float *x, __global float *out, long n) {
    long i = get_global_id(0);
    ((volatile int *) (ulong) CALLS)[0]++;
    if (i < n) {
        out[i] = gelu(x[i]);
    }
}
