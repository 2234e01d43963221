// attack: ALLOCATES
// workload: gelu(n=10007)
// expects: CRASHED
// tries: keeps a thousand million numbers on the stack
//
// @step run grid=ceil_div(n,64) block=64
__kernel void run(__global const float *x, __global float *out, long n) {
    volatile float kept[1 << 30];
    long i = get_global_id(0);
    for (long j = 0; j < 1 << 30; j += 1 << 20) {
        kept[j] = x[i % n];
    }
    if (i < n) {
        out[i] = kept[i];
    }
}
