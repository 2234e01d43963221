// honest: a thread for each element
// workload: add(n=10007)
//
// @step run grid=ceil_div(n,64) block=64
extern "C" __global__ void run(const float *a, const float *b, float *out, long long n) {
    long long i = blockIdx.x * 64LL + threadIdx.x;
    if (i < n) {
        out[i] = a[i] + b[i];
    }
}
