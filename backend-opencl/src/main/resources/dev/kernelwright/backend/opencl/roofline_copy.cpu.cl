// Copies to and fro, so that no copy makes another one needless. Groups of 256 were measured far slower on PoCL.
// @step run grid=max(1,min(n/1024,4096)) block=64
__kernel void run(__global float *x, __global float *out, long n, long repeats) {
    long vectors = n / 4;
    for (long repeat = 0; repeat < repeats; repeat++) {
        __global float *from = repeat % 2 == 0 ? x : out;
        __global float *to = repeat % 2 == 0 ? out : x;
        for (long i = get_global_id(0); i < vectors; i += get_global_size(0)) {
            vstore4(vload4(i, from), i, to);
        }
    }
}
