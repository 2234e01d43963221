// A thread computes some vectors of 16 bytes, which lie a block apart, so that neighbours read neighbouring memory; a
// block that is not full, or whose memory is not aligned, goes element by element.
// @parameter THREADS 256 128 512 1024
// @parameter VECTORS 1 2 4 8
// @require THREADS * VECTORS <= 4096
// @step run grid=ceil_div(n,select(F32,4,8)*THREADS*VECTORS) block=THREADS
#include "../element.cuh"
#define THREADS 256
#define VECTORS 1

__device__ __forceinline__ float apply(float x) {
    // 0.5 (1 + tanh z) is 1 / (1 + exp(-2 z)), and has one function less to call.
#if F32
    float argument = 0.7978845608f * (x + 0.044715f * x * x * x);
    return x / (1.0f + expf(-2.0f * argument));
#else
    // exp(-2 z) as a power of 2. What these instructions are off is little beside the rounding to a half type.
    float power;
    float reciprocal;
    asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(power) : "f"(x * (-2.302208198f - 0.1029432396f * x * x)));
    asm("rcp.approx.ftz.f32 %0, %1;" : "=f"(reciprocal) : "f"(1.0f + power));
    return x * reciprocal;
#endif
}

extern "C" __global__ void __launch_bounds__(THREADS)
run(const element *__restrict__ x, element *__restrict__ out, long long n) {
    const long long start = blockIdx.x * ((long long) WIDTH * THREADS * VECTORS);
    const long long end = start + WIDTH * THREADS * VECTORS;
    if (end <= n && is_aligned(x, out)) {
        Vector own_x[VECTORS];
#pragma unroll
        for (int v = 0; v < VECTORS; v++) {
            own_x[v] = load(x + start + WIDTH * (threadIdx.x + v * THREADS));
        }
#pragma unroll
        for (int v = 0; v < VECTORS; v++) {
            Vector results;
#pragma unroll
            for (int i = 0; i < WIDTH; i++) {
                results.at[i] = apply(own_x[v].at[i]);
            }
            store(out + start + WIDTH * (threadIdx.x + v * THREADS), results);
        }
    } else {
        for (long long j = start + threadIdx.x; j < min(end, n); j += THREADS) {
            out[j] = apply(x[j]);
        }
    }
}
