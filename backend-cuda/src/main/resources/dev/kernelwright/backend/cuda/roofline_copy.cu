// Copies to and fro, so that no copy makes another one needless.
// @step run grid=max(1,min(n/1024,4096)) block=256
extern "C" __global__ void run(float *x, float *out, long long n, long long repeats) {
    long long vectors = n / 4;
    for (long long repeat = 0; repeat < repeats; repeat++) {
        const float4 *from = reinterpret_cast<const float4 *>(repeat % 2 == 0 ? x : out);
        float4 *to = reinterpret_cast<float4 *>(repeat % 2 == 0 ? out : x);
        for (long long i = blockIdx.x * 256LL + threadIdx.x; i < vectors; i += gridDim.x * 256LL) {
            to[i] = from[i];
        }
    }
}
