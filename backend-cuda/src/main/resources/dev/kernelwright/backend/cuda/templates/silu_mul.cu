// A thread computes some vectors of four, which lie a block apart, so that neighbours read neighbouring memory; a block
// that is not full, or whose memory is not aligned, goes element by element.
// @parameter THREADS 256 128 512 1024
// @parameter VECTORS 1 2 4 8
// @require THREADS * VECTORS <= 4096
// @step run grid=ceil_div(n,4*THREADS*VECTORS) block=THREADS
#define THREADS 256
#define VECTORS 1

__device__ __forceinline__ float apply(float gate, float up) {
    return gate / (1.0f + expf(-gate)) * up;
}

// Whether 16 bytes can be read and written at once.
__device__ __forceinline__ bool is_aligned(const void *gate, const void *up, const void *out) {
    return ((reinterpret_cast<unsigned long long>(gate)
            | reinterpret_cast<unsigned long long>(up)
            | reinterpret_cast<unsigned long long>(out))) % 16 == 0;
}

extern "C" __global__ void __launch_bounds__(THREADS)
run(const float *__restrict__ gate, const float *__restrict__ up, float *__restrict__ out, long long n) {
    const long long start = blockIdx.x * (4LL * THREADS * VECTORS);
    const long long end = start + 4 * THREADS * VECTORS;
    if (end <= n && is_aligned(gate, up, out)) {
        float4 own_gate[VECTORS];
        float4 own_up[VECTORS];
#pragma unroll
        for (int v = 0; v < VECTORS; v++) {
            own_gate[v] = reinterpret_cast<const float4 *>(gate + start)[threadIdx.x + v * THREADS];
            own_up[v] = reinterpret_cast<const float4 *>(up + start)[threadIdx.x + v * THREADS];
        }
#pragma unroll
        for (int v = 0; v < VECTORS; v++) {
            reinterpret_cast<float4 *>(out + start)[threadIdx.x + v * THREADS] = make_float4(
                    apply(own_gate[v].x, own_up[v].x), apply(own_gate[v].y, own_up[v].y),
                    apply(own_gate[v].z, own_up[v].z), apply(own_gate[v].w, own_up[v].w));
        }
    } else {
        for (long long j = start + threadIdx.x; j < min(end, n); j += THREADS) {
            out[j] = apply(gate[j], up[j]);
        }
    }
}
