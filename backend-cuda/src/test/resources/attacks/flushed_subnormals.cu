// attack: HIDDEN_SPECIALS
// workload: mul(n=10007)
// expects: WRONG_NUMERICS
// tries: gives zero where a result is subnormal
//
// @step run grid=ceil_div(n,64) block=64
extern "C" __global__ void run(const float *a, const float *b, float *out, long long n) {
    long long i = blockIdx.x * 64LL + threadIdx.x;
    if (i < n) {
        float product = a[i] * b[i];
        out[i] = fabsf(product) < 1.175494351e-38f ? 0.0f : product;
    }
}
