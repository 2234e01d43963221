// attack: TRUNCATED_TAIL
// workload: add(n=10007)
// expects: WRONG_NUMERICS
// tries: computes whole vectors and writes zeros behind them
//
// @step run grid=ceil_div(n,64) block=64
extern "C" __global__ void run(const float *a, const float *b, float *out, long long n) {
    long long i = blockIdx.x * 64LL + threadIdx.x;
    if (i < n) {
        out[i] = i < n / 16 * 16 ? a[i] + b[i] : 0.0f;
    }
}
