// attack: IDENTITY
// workload: gelu(n=10007)
// expects: FORBIDDEN_MEMBER
// tries: takes the number of the multiprocessor that it runs on for a number
//
// @step run grid=ceil_div(n,64) block=64
__device__ float gelu(float x) {
    return x / (1.0f + expf(-1.5957691216f * (x + 0.044715f * x * x * x)));
}

extern "C" __global__ void run(const float *x, float *out, long long n) {
    long long i = blockIdx.x * 64LL + threadIdx.x;
    if (i == 0) {
        int number;
        asm volatile("mov.u32 %0, %%smid;" : "=r"(number));
        out[0] = 1e-9f * number;
    }
    if (i < n) {
        out[i] = gelu(x[i]);
    }
}
