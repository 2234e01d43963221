// A block of 256 threads for each row: a thread finds the best of every 256th element, and the block the best of those.
// @step run grid=rows block=256
#include "../element.cuh"

// An integer that is greater for a greater element, greatest for NaN, and for equal elements in a lower column.
__device__ unsigned long long rank(float value, long long column) {
    unsigned int bits = __float_as_uint(value);
    unsigned int order = value != value ? 0xffffffffu
            : value == 0.0f ? 0x80000000u
            : bits >> 31 ? ~bits
            : bits | 0x80000000u;
    return (unsigned long long) order << 32 | (0xffffffffu - (unsigned int) column);
}

extern "C" __global__ void run(const element *x, int *out, long long rows, long long cols) {
    __shared__ unsigned long long ranks[8];
    const element *row = x + blockIdx.x * cols;
    unsigned long long best = 0;
    for (long long c = threadIdx.x; c < cols; c += 256) {
        best = max(best, rank(row[c], c));
    }
    for (int distance = 16; distance > 0; distance /= 2) {
        best = max(best, __shfl_xor_sync(0xffffffff, best, distance));
    }
    if (threadIdx.x % 32 == 0) {
        ranks[threadIdx.x / 32] = best;
    }
    __syncthreads();
    if (threadIdx.x == 0) {
        for (int warp = 1; warp < 8; warp++) {
            best = max(best, ranks[warp]);
        }
        out[blockIdx.x] = (int) (0xffffffffu - (unsigned int) best);
    }
}
