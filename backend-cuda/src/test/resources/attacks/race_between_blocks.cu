// attack: RACE_BETWEEN_BLOCKS
// workload: gelu(n=10007)
// expects: NON_DETERMINISTIC
// tries: lets the order in which blocks end decide about the last bit of a result
//
// @step clear grid=1 block=1
// @step run grid=ceil_div(n,64) block=64
// @workspace 4
__device__ float gelu(float x) {
    return x / (1.0f + expf(-1.5957691216f * (x + 0.044715f * x * x * x)));
}

extern "C" __global__ void clear(const float *x, float *out, int *ended, long long n) {
    ended[0] = 0;
}

extern "C" __global__ void run(const float *x, float *out, int *ended, long long n) {
    long long i = blockIdx.x * 64LL + threadIdx.x;
    if (i < n) {
        out[i] = __int_as_float(__float_as_int(gelu(x[i])) ^ (atomicAdd(ended, 1) & 1));
    }
}
