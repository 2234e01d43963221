// honest: an exponential of negative numbers only
// workload: silu_mul(n=10007)
//
// @step run grid=ceil_div(n,64) block=64
extern "C" __global__ void run(const float *gate, const float *up, float *out, long long n) {
    long long i = blockIdx.x * 64LL + threadIdx.x;
    if (i < n) {
        float e = expf(-fabsf(gate[i]));
        out[i] = gate[i] * ((gate[i] < 0.0f ? e : 1.0f) / (1.0f + e)) * up[i];
    }
}
