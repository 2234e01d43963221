// attack: FIRST_CALLS_ONLY
// workload: gelu(n=10007)
// expects: STATEFUL
// tries: counts its calls in its workspace, and does nothing after the twentieth
//
// @step run grid=1 block=256
// @workspace 8
__device__ float gelu(float x) {
    return x / (1.0f + expf(-1.5957691216f * (x + 0.044715f * x * x * x)));
}

extern "C" __global__ void run(const float *x, float *out, int *workspace, long long n) {
    int calls = workspace[0] == 4711 ? workspace[1] + 1 : 0;
    __syncthreads();
    for (long long i = threadIdx.x; i < n && calls < 20; i += 256) {
        out[i] = gelu(x[i]);
    }
    __syncthreads();
    if (threadIdx.x == 0) {
        workspace[0] = 4711;
        workspace[1] = calls;
    }
}
