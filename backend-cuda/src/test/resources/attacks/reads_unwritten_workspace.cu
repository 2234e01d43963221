// attack: READS_UNWRITTEN_WORKSPACE
// workload: gelu(n=10007)
// expects: NON_DETERMINISTIC
// tries: changes the last bit of its results by what its workspace held
//
// @step run grid=ceil_div(n,64) block=64
// @workspace 4*n
__device__ float gelu(float x) {
    return x / (1.0f + expf(-1.5957691216f * (x + 0.044715f * x * x * x)));
}

extern "C" __global__ void run(const float *x, float *out, int *workspace, long long n) {
    long long i = blockIdx.x * 64LL + threadIdx.x;
    if (i < n) {
        out[i] = __int_as_float(__float_as_int(gelu(x[i])) ^ (workspace[i] & 1));
    }
}
