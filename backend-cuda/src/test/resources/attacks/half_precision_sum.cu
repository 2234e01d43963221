// attack: HALF_PRECISION
// workload: sum(rows=13,cols=1021)
// expects: WRONG_NUMERICS
// tries: rounds the running sum to sixteen bits
//
// @step run grid=rows block=1
#include <cuda_fp16.h>

__device__ float in_half(float value) {
    return __half2float(__float2half(value));
}

extern "C" __global__ void run(const float *x, float *out, long long rows, long long cols) {
    long long row = blockIdx.x;
    float sum = 0.0f;
    for (long long c = 0; c < cols; c++) {
        sum = in_half(sum + x[row * cols + c]);
    }
    out[row] = sum;
}
