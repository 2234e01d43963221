// attack: COPIED_INPUT
// workload: gelu(n=10007)
// expects: WRONG_NUMERICS
// tries: gelu(x) is x for large x
//
// @step run grid=ceil_div(n,64) block=64
extern "C" __global__ void run(const float *x, float *out, long long n) {
    long long i = blockIdx.x * 64LL + threadIdx.x;
    if (i < n) {
        out[i] = x[i];
    }
}
