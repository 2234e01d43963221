// A thread computes some vectors of 16 bytes, which lie a block apart, so that neighbours read neighbouring memory; a
// block that is not full, or whose memory is not aligned, goes element by element.
// @parameter THREADS 256 128 512 1024
// @parameter VECTORS 1 2 4 8
// @require THREADS * VECTORS <= 4096
// @step run grid=ceil_div(n,select(F32,4,8)*THREADS*VECTORS) block=THREADS
#include "../element.cuh"
#define THREADS 256
#define VECTORS 1

__device__ __forceinline__ float apply(float gate, float up) {
    return gate / (1.0f + expf(-gate)) * up;
}

extern "C" __global__ void __launch_bounds__(THREADS)
run(const element *__restrict__ gate, const element *__restrict__ up, element *__restrict__ out, long long n) {
    const long long start = blockIdx.x * ((long long) WIDTH * THREADS * VECTORS);
    const long long end = start + WIDTH * THREADS * VECTORS;
    if (end <= n && is_aligned(gate, up, out)) {
        Vector own_gate[VECTORS];
        Vector own_up[VECTORS];
#pragma unroll
        for (int v = 0; v < VECTORS; v++) {
            own_gate[v] = load(gate + start + WIDTH * (threadIdx.x + v * THREADS));
            own_up[v] = load(up + start + WIDTH * (threadIdx.x + v * THREADS));
        }
#pragma unroll
        for (int v = 0; v < VECTORS; v++) {
            Vector results;
#pragma unroll
            for (int i = 0; i < WIDTH; i++) {
                results.at[i] = apply(own_gate[v].at[i], own_up[v].at[i]);
            }
            store(out + start + WIDTH * (threadIdx.x + v * THREADS), results);
        }
    } else {
        for (long long j = start + threadIdx.x; j < min(end, n); j += THREADS) {
            out[j] = apply(gate[j], up[j]);
        }
    }
}
