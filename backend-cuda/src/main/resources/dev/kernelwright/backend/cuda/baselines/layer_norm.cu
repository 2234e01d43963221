// A block of 256 threads for each row, which it reads three times: for the mean, the variance and the results.
// @step run grid=rows block=256
#include "../element.cuh"
#define EPS 0

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

extern "C" __global__ void run(const element *x, const element *weight, const element *bias, element *out,
        long long rows, long long cols) {
    const element *row = x + blockIdx.x * cols;
    float sum = 0.0f;
    for (long long c = threadIdx.x; c < cols; c += 256) {
        sum += row[c];
    }
    float mean = block_sum(sum) / (float) cols;
    float squares = 0.0f;
    for (long long c = threadIdx.x; c < cols; c += 256) {
        float difference = row[c] - mean;
        squares += difference * difference;
    }
    float deviation = sqrtf(block_sum(squares) / (float) cols + (float) (EPS));
    for (long long c = threadIdx.x; c < cols; c += 256) {
        out[blockIdx.x * cols + c] = (row[c] - mean) / deviation * weight[c] + bias[c];
    }
}
