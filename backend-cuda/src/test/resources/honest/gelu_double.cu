// honest: tanh in double precision
// workload: gelu(n=10007)
//
// @step run grid=ceil_div(n,64) block=64
extern "C" __global__ void run(const float *x, float *out, long long n) {
    long long i = blockIdx.x * 64LL + threadIdx.x;
    if (i < n) {
        double value = x[i];
        out[i] = (float) (0.5 * value * (1 + tanh(0.7978845608028654 * (value + 0.044715 * value * value * value))));
    }
}
