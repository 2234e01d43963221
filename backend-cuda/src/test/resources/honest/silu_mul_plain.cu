// honest: a thread for each element
// workload: silu_mul(n=10007)
//
// @step run grid=ceil_div(n,64) block=64
extern "C" __global__ void run(const float *gate, const float *up, float *out, long long n) {
    long long i = blockIdx.x * 64LL + threadIdx.x;
    if (i < n) {
        out[i] = gate[i] / (1.0f + expf(-gate[i])) * up[i];
    }
}
