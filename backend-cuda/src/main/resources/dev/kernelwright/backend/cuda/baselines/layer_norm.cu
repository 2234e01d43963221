// A block of 256 threads for each row, which it reads three times: for the mean, the variance and the results. The mean
// is rounded; the mean of the differences from it, which are small and nearly exact, makes good for that.
// @step run grid=rows block=256
#include "../element.cuh"
#define EPS 0

// The sums of two values over the block, for each of its threads.
__device__ float2 block_sums(float2 value) {
    __shared__ float2 sums[8];
    for (int distance = 16; distance > 0; distance /= 2) {
        value.x += __shfl_xor_sync(0xffffffff, value.x, distance);
        value.y += __shfl_xor_sync(0xffffffff, value.y, distance);
    }
    __syncthreads();
    if (threadIdx.x % 32 == 0) {
        sums[threadIdx.x / 32] = value;
    }
    __syncthreads();
    float2 sum = make_float2(0.0f, 0.0f);
    for (int warp = 0; warp < 8; warp++) {
        sum.x += sums[warp].x;
        sum.y += sums[warp].y;
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
    float mean = block_sums(make_float2(sum, 0.0f)).x / (float) cols;
    float2 sums = make_float2(0.0f, 0.0f);
    for (long long c = threadIdx.x; c < cols; c += 256) {
        float difference = row[c] - mean;
        sums.x += difference;
        sums.y += difference * difference;
    }
    sums = block_sums(sums);
    float correction = sums.x / (float) cols;
    float variance = fmaxf(fmaf(-correction, correction, sums.y / (float) cols), 0.0f);
    float deviation = sqrtf(variance + (float) (EPS));
    for (long long c = threadIdx.x; c < cols; c += 256) {
        out[blockIdx.x * cols + c] = (row[c] - mean - correction) / deviation * weight[c] + bias[c];
    }
}
