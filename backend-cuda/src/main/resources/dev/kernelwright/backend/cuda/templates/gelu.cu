// A thread computes some vectors of four, which lie a block apart, so that neighbours read neighbouring memory; a block
// that is not full, or whose memory is not aligned, goes element by element.
// @parameter THREADS 256 128 512 1024
// @parameter VECTORS 1 2 4 8
// @require THREADS * VECTORS <= 4096
// @step run grid=ceil_div(n,4*THREADS*VECTORS) block=THREADS
#define THREADS 256
#define VECTORS 1

__device__ __forceinline__ float apply(float x) {
    // 0.5 (1 + tanh z) is 1 / (1 + exp(-2 z)), and has one function less to call.
    float argument = 0.7978845608f * (x + 0.044715f * x * x * x);
    return x / (1.0f + expf(-2.0f * argument));
}

// Whether 16 bytes can be read and written at once.
__device__ __forceinline__ bool is_aligned(const void *x, const void *out) {
    return ((reinterpret_cast<unsigned long long>(x)
            | reinterpret_cast<unsigned long long>(out))) % 16 == 0;
}

extern "C" __global__ void __launch_bounds__(THREADS)
run(const float *__restrict__ x, float *__restrict__ out, long long n) {
    const long long start = blockIdx.x * (4LL * THREADS * VECTORS);
    const long long end = start + 4 * THREADS * VECTORS;
    if (end <= n && is_aligned(x, out)) {
        float4 own_x[VECTORS];
#pragma unroll
        for (int v = 0; v < VECTORS; v++) {
            own_x[v] = reinterpret_cast<const float4 *>(x + start)[threadIdx.x + v * THREADS];
        }
#pragma unroll
        for (int v = 0; v < VECTORS; v++) {
            reinterpret_cast<float4 *>(out + start)[threadIdx.x + v * THREADS] = make_float4(
                    apply(own_x[v].x), apply(own_x[v].y),
                    apply(own_x[v].z), apply(own_x[v].w));
        }
    } else {
        for (long long j = start + threadIdx.x; j < min(end, n); j += THREADS) {
            out[j] = apply(x[j]);
        }
    }
}
