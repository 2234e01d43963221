// attack: LOCKS
// workload: gelu(n=10007)
// expects: TIMEOUT
// tries: takes a lock in each block and gives none back
//
// @step clear grid=1 block=1
// @step run grid=ceil_div(n,64) block=64
// @workspace 4
extern "C" __global__ void clear(const float *x, float *out, volatile int *workspace, long long n) {
    workspace[0] = 0;
}

__device__ float gelu(float x) {
    return x / (1.0f + expf(-1.5957691216f * (x + 0.044715f * x * x * x)));
}

extern "C" __global__ void run(const float *x, float *out, int *workspace, long long n) {
    long long i = blockIdx.x * 64LL + threadIdx.x;
    while (threadIdx.x == 0 && atomicCAS(workspace, 0, 1) != 0) {
    }
    __syncthreads();
    if (i < n) {
        out[i] = gelu(x[i]);
    }
}
