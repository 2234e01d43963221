// attack: TOO_FEW_BLOCKS
// workload: gelu(n=10007)
// expects: OUTPUT_UNWRITTEN
// tries: launches half of the blocks
//
// @step run grid=ceil_div(n,64)/2 block=64
static float gelu(float x) {
    return x / (1.0f + exp(-1.5957691216f * (x + 0.044715f * x * x * x)));
}

__kernel void run(__global const float *x, __global float *out, long n) {
    long i = get_global_id(0);
    if (i < n) {
        out[i] = gelu(x[i]);
    }
}
