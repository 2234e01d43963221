// A block of 256 threads for each row: a thread adds every 256th element, and the block adds the threads' sums.
// @step run grid=rows block=256
#include "../element.cuh"

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
    float sum = 0.0f;
    for (long long c = threadIdx.x; c < cols; c += 256) {
        sum += row[c];
    }
    sum = block_sum(sum);
    if (threadIdx.x == 0) {
        out[blockIdx.x] = sum;
    }
}
