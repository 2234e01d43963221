// attack: RARELY_WRONG
// workload: add(n=100000)
// expects: WRONG_NUMERICS
// tries: is wrong by a thousandth at one element of 100000
//
// @step run grid=ceil_div(n,64) block=64
extern "C" __global__ void run(const float *a, const float *b, float *out, long long n) {
    long long i = blockIdx.x * 64LL + threadIdx.x;
    if (i < n) {
        out[i] = a[i] + b[i] + (i == 77777 ? 1e-3f : 0.0f);
    }
}
