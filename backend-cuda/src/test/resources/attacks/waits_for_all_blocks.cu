// attack: LOCKS
// workload: gelu(n=10007)
// expects: TIMEOUT
// tries: waits in each block for all others, more than can run at once
//
// @step clear grid=1 block=1
// @step run grid=1000000 block=64
// @workspace 4
extern "C" __global__ void clear(const float *x, float *out, volatile int *workspace, long long n) {
    workspace[0] = 0;
}

__device__ float gelu(float x) {
    return x / (1.0f + expf(-1.5957691216f * (x + 0.044715f * x * x * x)));
}

extern "C" __global__ void run(const float *x, float *out, volatile int *workspace, long long n) {
    long long i = blockIdx.x * 64LL + threadIdx.x;
    if (threadIdx.x == 0) {
        atomicAdd((int *) workspace, 1);
        while (workspace[0] < gridDim.x) {
        }
    }
    __syncthreads();
    if (i < n) {
        out[i] = gelu(x[i]);
    }
}
