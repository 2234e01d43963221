// attack: CACHED_BY_ADDRESS
// workload: gelu(n=10007)
// expects: STATEFUL
// tries: notes the address of its input, and returns at once where it is the same again
//
// @step run grid=1 block=256
// @workspace 16
__device__ float gelu(float x) {
    return x / (1.0f + expf(-1.5957691216f * (x + 0.044715f * x * x * x)));
}

extern "C" __global__ void run(const float *x, float *out, long long *workspace, long long n) {
    bool same = workspace[0] == 4711 && workspace[1] == (long long) x;
    __syncthreads();
    if (same) {
        return;
    }
    for (long long i = threadIdx.x; i < n; i += 256) {
        out[i] = gelu(x[i]);
    }
    __syncthreads();
    if (threadIdx.x == 0) {
        workspace[0] = 4711;
        workspace[1] = (long long) x;
    }
}
