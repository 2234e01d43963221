// attack: DEEP_RECURSION
// workload: gelu(n=10007)
// expects: CRASHED
// tries: calls itself without end
//
// @step run grid=ceil_div(n,64) block=64
__device__ __noinline__ float deeper(float x, int depth) {
    return depth == -1 ? x : deeper(x + 1.0f, depth + 1) * x + depth;
}

extern "C" __global__ void run(const float *x, float *out, long long n) {
    long long i = blockIdx.x * 64LL + threadIdx.x;
    if (i < n) {
        out[i] = deeper(x[i], 1);
    }
}
