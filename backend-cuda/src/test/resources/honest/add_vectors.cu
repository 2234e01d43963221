// honest: vectors of four where they are aligned, and what is left one by one
// workload: add(n=1..4096)
//
// @step run grid=ceil_div(n,256) block=64
extern "C" __global__ void run(const float *a, const float *b, float *out, long long n) {
    long long i = blockIdx.x * 64LL + threadIdx.x;
    bool aligned = ((unsigned long long) a | (unsigned long long) b | (unsigned long long) out) % 16 == 0;
    if (aligned && 4 * i + 4 <= n) {
        float4 left = ((const float4 *) a)[i];
        float4 right = ((const float4 *) b)[i];
        ((float4 *) out)[i] = make_float4(left.x + right.x, left.y + right.y, left.z + right.z, left.w + right.w);
    } else {
        for (long long j = 4 * i; j < n && j < 4 * i + 4; j++) {
            out[j] = a[j] + b[j];
        }
    }
}
