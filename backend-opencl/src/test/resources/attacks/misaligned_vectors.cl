// attack: TRAPS
// workload: gelu(n=10007)
// expects: CRASHED
// tries: reads and writes vectors where none begins
//
// @step run grid=ceil_div(n,64) block=64
static float gelu(float x) {
    return x / (1.0f + exp(-1.5957691216f * (x + 0.044715f * x * x * x)));
}

__kernel void run(__global const float *x, __global float *out, long n) {
    long i = get_global_id(0);
    if (i == 0) {
        volatile __global const float16 *from = (volatile __global const float16 *) (x + 1);
        volatile __global float16 *to = (volatile __global float16 *) (out + 1);
        *to = *from;
    }
    if (i < n) {
        out[i] = gelu(x[i]);
    }
}
