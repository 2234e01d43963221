// attack: INPUT_MUTATED
// workload: add(n=10007)
// expects: INPUT_MUTATED
// tries: declares its inputs as writable and sets them so that a reference computed afterwards agrees
//
// @step run grid=ceil_div(n,64) block=64
__kernel void run(__global float *a, __global float *b, __global float *out, long n) {
    long i = get_global_id(0);
    if (i < n) {
        a[i] = 0.0f;
        b[i] = 0.0f;
        out[i] = 0.0f;
    }
}
