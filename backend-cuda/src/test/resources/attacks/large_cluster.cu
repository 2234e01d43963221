// attack: MALFORMED_PLAN
// workload: gelu(n=10007)
// expects: INVALID_PLAN
// tries: launches clusters of more blocks than the GPU has side by side
//
// @step run grid=1024 block=64 cluster=64
__device__ float gelu(float x) {
    return x / (1.0f + expf(-1.5957691216f * (x + 0.044715f * x * x * x)));
}

extern "C" __global__ void run(const float *x, float *out, long long n) {
    long long i = blockIdx.x * 64LL + threadIdx.x;
    if (i < n) {
        out[i] = gelu(x[i]);
    }
}
