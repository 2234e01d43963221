// A thread computes some vectors of four, which lie a block apart, so that neighbours read neighbouring memory; a block
// that is not full, or whose memory is not aligned, goes element by element.
// @parameter THREADS 256 128 512 1024
// @parameter VECTORS 1 2 4 8
// @require THREADS * VECTORS <= 4096
// @step run grid=ceil_div(n,4*THREADS*VECTORS) block=THREADS
#define THREADS 256
#define VECTORS 1

__device__ __forceinline__ float apply(float a, float b) {
    return a + b;
}

// Whether 16 bytes can be read and written at once.
__device__ __forceinline__ bool is_aligned(const void *a, const void *b, const void *out) {
    return ((reinterpret_cast<unsigned long long>(a)
            | reinterpret_cast<unsigned long long>(b)
            | reinterpret_cast<unsigned long long>(out))) % 16 == 0;
}

extern "C" __global__ void __launch_bounds__(THREADS)
run(const float *__restrict__ a, const float *__restrict__ b, float *__restrict__ out, long long n) {
    const long long start = blockIdx.x * (4LL * THREADS * VECTORS);
    const long long end = start + 4 * THREADS * VECTORS;
    if (end <= n && is_aligned(a, b, out)) {
        float4 own_a[VECTORS];
        float4 own_b[VECTORS];
#pragma unroll
        for (int v = 0; v < VECTORS; v++) {
            own_a[v] = reinterpret_cast<const float4 *>(a + start)[threadIdx.x + v * THREADS];
            own_b[v] = reinterpret_cast<const float4 *>(b + start)[threadIdx.x + v * THREADS];
        }
#pragma unroll
        for (int v = 0; v < VECTORS; v++) {
            reinterpret_cast<float4 *>(out + start)[threadIdx.x + v * THREADS] = make_float4(
                    apply(own_a[v].x, own_b[v].x), apply(own_a[v].y, own_b[v].y),
                    apply(own_a[v].z, own_b[v].z), apply(own_a[v].w, own_b[v].w));
        }
    } else {
        for (long long j = start + threadIdx.x; j < min(end, n); j += THREADS) {
            out[j] = apply(a[j], b[j]);
        }
    }
}
