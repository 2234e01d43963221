// attack: TRAPS
// workload: gelu(n=10007)
// expects: CRASHED
// tries: uses shared memory that its plan does not ask for
//
// @step run grid=ceil_div(n,64) block=64
__device__ float gelu(float x) {
    return x / (1.0f + expf(-1.5957691216f * (x + 0.044715f * x * x * x)));
}

extern "C" __global__ void run(const float *x, float *out, long long n) {
    long long i = blockIdx.x * 64LL + threadIdx.x;
    extern __shared__ float tile[];
    tile[threadIdx.x * 1024] = i;
    __syncthreads();
    i = tile[threadIdx.x * 1024];
    if (i < n) {
        out[i] = gelu(x[i]);
    }
}
