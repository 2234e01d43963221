// attack: HALF_PRECISION
// workload: matmul(m=33,n=31,k=257)
// expects: WRONG_NUMERICS
// tries: rounds each partial sum of a product to sixteen bits
//
// @step run grid=m;n block=1;1
#include <cuda_fp16.h>

__device__ float in_half(float value) {
    return __half2float(__float2half(value));
}

extern "C" __global__ void run(const float *a, const float *b, float *out, long long m, long long n, long long k) {
    long long i = blockIdx.x;
    long long j = blockIdx.y;
    float sum = 0.0f;
    for (long long p = 0; p < k; p++) {
        sum = in_half(sum + a[i * k + p] * b[p * n + j]);
    }
    out[i * n + j] = sum;
}
