// honest: the same for every length
// workload: gelu(n=1..5000)
//
// @step run grid=ceil_div(n,64) block=64
extern "C" __global__ void run(const float *x, float *out, long long n) {
    long long i = blockIdx.x * 64LL + threadIdx.x;
    if (i < n) {
        float value = x[i];
        out[i] = value / (1.0f + expf(-1.5957691216f * (value + 0.044715f * value * value * value)));
    }
}
