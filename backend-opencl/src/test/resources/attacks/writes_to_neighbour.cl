// attack: WRITE_NEIGHBOUR
// workload: mul(n=10007)
// expects: INPUT_MUTATED
// tries: reaches the tensor before its output
//
// @step run grid=ceil_div(n,64) block=64
__kernel void run(__global const float *a, __global const float *b, __global float *out, long n) {
    long i = get_global_id(0);
    if (i < n) {
        out[i] = a[i] * b[i];
    }
    if (i == 0) {
        out[-n / 2 - 300] = 1.0f;
    }
}
