// attack: ENDLESS_LOOP
// workload: gelu(n=10007)
// expects: TIMEOUT
// tries: counts to a number that takes years to reach
//
// @step run grid=ceil_div(n,64) block=64
__device__ float gelu(float x) {
    return x / (1.0f + expf(-1.5957691216f * (x + 0.044715f * x * x * x)));
}

extern "C" __global__ void run(const float *x, float *out, long long n) {
    long long i = blockIdx.x * 64LL + threadIdx.x;
    const volatile float *first = x;
    for (long long j = 0; j < 1LL << 60; j++) {
        first[0];
    }
    if (i < n) {
        out[i] = gelu(x[i]);
    }
}
