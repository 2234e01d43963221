// A block of 256 threads for each row, which it reads three times: for the maximum, the sum and the results.
// @step run grid=rows block=256
#include "../element.cuh"

// The maximum of a value over the block, for each of its threads; NaN does not count.
__device__ float block_max(float value) {
    __shared__ float maxima[8];
    for (int distance = 16; distance > 0; distance /= 2) {
        value = fmaxf(value, __shfl_xor_sync(0xffffffff, value, distance));
    }
    __syncthreads();
    if (threadIdx.x % 32 == 0) {
        maxima[threadIdx.x / 32] = value;
    }
    __syncthreads();
    float max = maxima[0];
    for (int warp = 1; warp < 8; warp++) {
        max = fmaxf(max, maxima[warp]);
    }
    return max;
}

// The sum of a value over the block, for each of its threads.
__device__ float block_sum(float value) {
    __shared__ float sums[8];
    for (int distance = 16; distance > 0; distance /= 2) {
        value += __shfl_xor_sync(0xffffffff, value, distance);
    }
    __syncthreads();
    if (threadIdx.x % 32 == 0) {
        sums[threadIdx.x / 32] = value;
    }
    __syncthreads();
    float sum = 0.0f;
    for (int warp = 0; warp < 8; warp++) {
        sum += sums[warp];
    }
    return sum;
}

extern "C" __global__ void run(const element *x, element *out, long long rows, long long cols) {
    const element *row = x + blockIdx.x * cols;
    float max = -__int_as_float(0x7f800000);
    for (long long c = threadIdx.x; c < cols; c += 256) {
        max = fmaxf(max, row[c]);
    }
    max = block_max(max);
    float sum = 0.0f;
    for (long long c = threadIdx.x; c < cols; c += 256) {
        sum += expf(row[c] - max);
    }
    sum = block_sum(sum);
    for (long long c = threadIdx.x; c < cols; c += 256) {
        out[blockIdx.x * cols + c] = expf(row[c] - max) / sum;
    }
}
