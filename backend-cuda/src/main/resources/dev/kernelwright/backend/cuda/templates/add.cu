// A thread for some vectors, which lie a whole grid apart, so that neighbours read neighbouring memory.
// @parameter THREADS 256 128 512
// @parameter VECTORS 1 2 4 8
// @step run grid=ceil_div(n,4*THREADS*VECTORS) block=THREADS
#define THREADS 256
#define VECTORS 1

extern "C" __global__ void __launch_bounds__(THREADS)
run(const float *__restrict__ a, const float *__restrict__ b, float *__restrict__ out, long long n) {
    long long first = blockIdx.x * (long long) (THREADS * VECTORS) + threadIdx.x;
    bool aligned = ((reinterpret_cast<unsigned long long>(a) | reinterpret_cast<unsigned long long>(b)
            | reinterpret_cast<unsigned long long>(out)) & 15) == 0;
#pragma unroll
    for (int v = 0; v < VECTORS; v++) {
        long long i = 4 * (first + v * THREADS);
        if (aligned && i + 4 <= n) {
            float4 x = *reinterpret_cast<const float4 *>(a + i);
            float4 y = *reinterpret_cast<const float4 *>(b + i);
            *reinterpret_cast<float4 *>(out + i) = make_float4(x.x + y.x, x.y + y.y, x.z + y.z, x.w + y.w);
        } else {
            for (long long j = i; j < min(i + 4, n); j++) {
                out[j] = a[j] + b[j];
            }
        }
    }
}
