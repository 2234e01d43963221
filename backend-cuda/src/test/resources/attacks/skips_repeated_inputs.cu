// attack: SKIPS_REPEATED_INPUTS
// workload: silu_mul(n=10007)
// expects: STATEFUL
// tries: notes the sum of a few elements of its inputs, and returns at once where it is the same again
//
// @step run grid=1 block=256
// @workspace 8
extern "C" __global__ void run(const float *gate, const float *up, float *out, float *workspace, long long n) {
    float seen = gate[0] + gate[n / 3] + up[n - 1];
    bool same = workspace[0] == 4711.0f && workspace[1] == seen;
    __syncthreads();
    if (same) {
        return;
    }
    for (long long i = threadIdx.x; i < n; i += 256) {
        out[i] = gate[i] / (1.0f + expf(-gate[i])) * up[i];
    }
    __syncthreads();
    if (threadIdx.x == 0) {
        workspace[0] = 4711.0f;
        workspace[1] = seen;
    }
}
