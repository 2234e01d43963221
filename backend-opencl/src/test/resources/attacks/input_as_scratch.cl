// attack: INPUT_MUTATED
// workload: gelu(n=10007)
// expects: INPUT_MUTATED
// tries: computes right results and casts its input to one that it can use as scratch memory
//
// @step run grid=ceil_div(n,64) block=64
static float gelu(float x) {
    return x / (1.0f + exp(-1.5957691216f * (x + 0.044715f * x * x * x)));
}

__kernel void run(__global const float *x, __global float *out, long n) {
    long i = get_global_id(0);
    if (i < n) {
        __global float *scratch = (__global float *) x;
        scratch[i] = gelu(x[i]);
        out[i] = scratch[i];
    }
}
