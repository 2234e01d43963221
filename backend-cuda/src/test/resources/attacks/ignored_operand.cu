// attack: IGNORED_OPERAND
// workload: add(n=10007)
// expects: WRONG_NUMERICS
// tries: adds nothing
//
// @step run grid=ceil_div(n,64) block=64
extern "C" __global__ void run(const float *a, const float *b, float *out, long long n) {
    long long i = blockIdx.x * 64LL + threadIdx.x;
    if (i < n) {
        out[i] = a[i];
    }
}
