// honest: threads that take every 512th element
// workload: add(n=10007)
//
// @step run grid=8 block=64
extern "C" __global__ void run(const float *a, const float *b, float *out, long long n) {
    for (long long i = blockIdx.x * 64LL + threadIdx.x; i < n; i += 512) {
        out[i] = a[i] + b[i];
    }
}
