// attack: TRAPS
// workload: gelu(n=10007)
// expects: CRASHED
// tries: waits for the whole grid in a launch that is not a cooperative one
//
// @step run grid=ceil_div(n,64) block=64
#include <cooperative_groups.h>

__device__ float gelu(float x) {
    return x / (1.0f + expf(-1.5957691216f * (x + 0.044715f * x * x * x)));
}

extern "C" __global__ void run(const float *x, float *out, long long n) {
    long long i = blockIdx.x * 64LL + threadIdx.x;
    cooperative_groups::this_grid().sync();
    if (i < n) {
        out[i] = gelu(x[i]);
    }
}
