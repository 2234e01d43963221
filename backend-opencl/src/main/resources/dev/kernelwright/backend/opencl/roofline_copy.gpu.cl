// Copies to and fro, so that no copy makes another one needless. The blocks are many enough for a large device, and the
// buffers are whole ones of the backend's, which are aligned.
// @step run grid=max(1,min(n/1024,4096)) block=256
__kernel void run(__global float *x, __global float *out, long n, long repeats) {
    long vectors = n / 4;
    for (long repeat = 0; repeat < repeats; repeat++) {
        __global const float4 *from = (__global const float4 *) (repeat % 2 == 0 ? x : out);
        __global float4 *to = (__global float4 *) (repeat % 2 == 0 ? out : x);
        for (long i = get_global_id(0); i < vectors; i += get_global_size(0)) {
            to[i] = from[i];
        }
    }
}
