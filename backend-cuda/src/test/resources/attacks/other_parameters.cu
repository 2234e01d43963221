// attack: MISSING_ENTRY
// workload: gelu(n=10007)
// expects: INVALID_PLAN
// tries: declares fewer parameters than it is launched with
//
// @step run grid=ceil_div(n,64) block=64
__device__ float gelu(float x) {
    return x / (1.0f + expf(-1.5957691216f * (x + 0.044715f * x * x * x)));
}

extern "C" __global__ void run(const float *x, float *out) {
    long long i = blockIdx.x * 64LL + threadIdx.x;
    if (i < 10007) {
        out[i] = gelu(x[i]);
    }
}
