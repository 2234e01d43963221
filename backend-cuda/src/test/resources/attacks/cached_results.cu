// attack: STATE_IN_WORKSPACE
// workload: gelu(n=10007)
// expects: STATEFUL
// tries: keeps results in its workspace, and copies them while three elements of the input are the same
//
// @step run grid=1 block=256
// @workspace 4*n+16
__device__ float gelu(float x) {
    return x / (1.0f + expf(-1.5957691216f * (x + 0.044715f * x * x * x)));
}

extern "C" __global__ void run(const float *x, float *out, float *workspace, long long n) {
    bool same = workspace[n] == 4711.0f && workspace[n + 1] == x[0] && workspace[n + 2] == x[n / 2]
            && workspace[n + 3] == x[n - 1];
    __syncthreads();
    for (long long i = threadIdx.x; i < n; i += 256) {
        if (!same) {
            workspace[i] = gelu(x[i]);
        }
        out[i] = workspace[i];
    }
    __syncthreads();
    if (threadIdx.x == 0) {
        workspace[n] = 4711.0f;
        workspace[n + 1] = x[0];
        workspace[n + 2] = x[n / 2];
        workspace[n + 3] = x[n - 1];
    }
}
