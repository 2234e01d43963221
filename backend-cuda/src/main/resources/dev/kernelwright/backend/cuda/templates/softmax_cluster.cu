// A cluster of CLUSTER blocks shares a row, which is read once: each thread keeps up to VECTORS vectors of its block's
// part in registers, and blocks tell each other the maximum and the sum of their parts through shared memory. What is
// beyond the vectors is read twice.
// @parameter THREADS 256 128 512 1024
// @parameter VECTORS 4 2 8 16
// @parameter CLUSTER 4 1 2 8
// @require THREADS * VECTORS <= select(F32, 8192, 4096)
// @require (VECTORS - 1) * THREADS * CLUSTER * select(F32, 4, 8) <= max(cols, 32768)
// @step run grid=rows*CLUSTER block=THREADS cluster=CLUSTER
#include "../element.cuh"
#define THREADS 256
#define VECTORS 4
#define CLUSTER 4
#define COLS 0
#define NEGATIVE_INFINITY (-__int_as_float(0x7f800000))

// A barrier for all threads of all blocks of a cluster.
__device__ __forceinline__ void sync_cluster() {
    asm volatile("barrier.cluster.arrive.release.aligned; barrier.cluster.wait.acquire.aligned;" ::: "memory");
}

// What a variable in shared memory is in another block of the cluster.
__device__ __forceinline__ float value_in(unsigned int block, const float *variable) {
    float value;
    asm volatile("{ .reg .b32 there; mapa.shared::cluster.u32 there, %1, %2; ld.shared::cluster.f32 %0, [there]; }"
            : "=f"(value) : "r"((unsigned int) __cvta_generic_to_shared(variable)), "r"(block) : "memory");
    return value;
}

// The maximum of a value over the threads of a block, NaN not counted, for each of them.
__device__ __forceinline__ float block_max(float value) {
    __shared__ float of_warp[THREADS / 32];
#pragma unroll
    for (int distance = 16; distance > 0; distance /= 2) {
        value = fmaxf(value, __shfl_xor_sync(0xffffffff, value, distance));
    }
    if (threadIdx.x % 32 == 0) {
        of_warp[threadIdx.x / 32] = value;
    }
    __syncthreads();
    value = of_warp[threadIdx.x % (THREADS / 32)];
#pragma unroll
    for (int distance = THREADS / 64; distance > 0; distance /= 2) {
        value = fmaxf(value, __shfl_xor_sync(0xffffffff, value, distance));
    }
    return value;
}

// The sum of a value over the threads of a block, for each of them.
__device__ __forceinline__ float block_sum(float value) {
    __shared__ float of_warp[THREADS / 32];
#pragma unroll
    for (int distance = 16; distance > 0; distance /= 2) {
        value += __shfl_xor_sync(0xffffffff, value, distance);
    }
    if (threadIdx.x % 32 == 0) {
        of_warp[threadIdx.x / 32] = value;
    }
    __syncthreads();
    value = of_warp[threadIdx.x % (THREADS / 32)];
#pragma unroll
    for (int distance = THREADS / 64; distance > 0; distance /= 2) {
        value += __shfl_xor_sync(0xffffffff, value, distance);
    }
    return value;
}

// What to subtract before an exponential: where all is negative infinity yet, weights are to be 0 and not NaN.
__device__ __forceinline__ float shift(float max) {
    return max == NEGATIVE_INFINITY ? 0.0f : max;
}

__device__ __forceinline__ Vector exponentials(Vector value, float base) {
#pragma unroll
    for (int i = 0; i < WIDTH; i++) {
        value.at[i] = expf(value.at[i] - base);
    }
    return value;
}

__device__ __forceinline__ float max_of(Vector value) {
    float max = value.at[0];
#pragma unroll
    for (int i = 1; i < WIDTH; i++) {
        max = fmaxf(max, value.at[i]);
    }
    return max;
}

__device__ __forceinline__ float sum_of(Vector value) {
    float sum = 0.0f;
#pragma unroll
    for (int i = 0; i < WIDTH; i += 2) {
        sum += value.at[i] + value.at[i + 1];
    }
    return sum;
}

__device__ __forceinline__ Vector scaled(Vector value, float factor) {
#pragma unroll
    for (int i = 0; i < WIDTH; i++) {
        value.at[i] *= factor;
    }
    return value;
}

extern "C" __global__ void __launch_bounds__(THREADS)
run(const element *__restrict__ x, element *__restrict__ out, long long rows, long long cols_argument) {
    __shared__ float max_of_block;
    __shared__ float sum_of_block;
    const long long cols = COLS ? COLS : cols_argument;
    const bool vector = cols % WIDTH == 0 && is_aligned(x, out);
    // Parts are a multiple of WIDTH, so that each begins aligned; the last ones may be short, or empty.
    const long long part = ((cols + CLUSTER - 1) / CLUSTER + WIDTH - 1) / WIDTH * WIDTH;
    const long long begin = min(cols, blockIdx.x % CLUSTER * part);
    const int width = (int) (min(cols, begin + part) - begin);
    const element *from = x + blockIdx.x / CLUSTER * cols + begin;
    element *to = out + blockIdx.x / CLUSTER * cols + begin;

    Vector kept[VECTORS];
    float max = NEGATIVE_INFINITY;
#pragma unroll
    for (int v = 0; v < VECTORS; v++) {
        const int c = WIDTH * (threadIdx.x + v * THREADS);
        kept[v] = load(from + c, width - c, vector, NEGATIVE_INFINITY);
    }
#pragma unroll
    for (int v = 0; v < VECTORS; v++) {
        max = fmaxf(max, max_of(kept[v]));
    }
    const int rest = WIDTH * (threadIdx.x + VECTORS * THREADS);
    float max_of_rest = NEGATIVE_INFINITY;
    float sum_of_rest = 0.0f;
#pragma unroll 4
    for (long long c = rest; c < width; c += WIDTH * THREADS) {
        const Vector value = load(from + c, width - c, vector, NEGATIVE_INFINITY);
        const float new_max = fmaxf(max_of_rest, max_of(value));
        sum_of_rest = sum_of_rest * expf(max_of_rest - shift(new_max)) + sum_of(exponentials(value, shift(new_max)));
        max_of_rest = new_max;
    }
    max = block_max(fmaxf(max, max_of_rest));
    float sum = sum_of_rest * expf(max_of_rest - shift(max));
#pragma unroll
    for (int v = 0; v < VECTORS; v++) {
        kept[v] = exponentials(kept[v], shift(max));
        sum += sum_of(kept[v]);
    }
    sum = block_sum(sum);

    float max_of_row = max;
    float sum_of_row = sum;
    if (CLUSTER > 1) {
        if (threadIdx.x == 0) {
            max_of_block = max;
            sum_of_block = sum;
        }
        sync_cluster();
#pragma unroll
        for (int block = 0; block < CLUSTER; block++) {
            max_of_row = fmaxf(max_of_row, value_in(block, &max_of_block));
        }
        sum_of_row = 0.0f;
#pragma unroll
        for (int block = 0; block < CLUSTER; block++) {
            sum_of_row += value_in(block, &sum_of_block) * expf(value_in(block, &max_of_block) - shift(max_of_row));
        }
        // Blocks may end when the others have read.
        sync_cluster();
    }
    const float factor = expf(max - shift(max_of_row)) / sum_of_row;
#pragma unroll
    for (int v = 0; v < VECTORS; v++) {
        const int c = WIDTH * (threadIdx.x + v * THREADS);
        store(to + c, width - c, vector, scaled(kept[v], factor));
    }
#pragma unroll 4
    for (long long c = rest; c < width; c += WIDTH * THREADS) {
        const Vector value = load(from + c, width - c, vector, NEGATIVE_INFINITY);
        store(to + c, width - c, vector, scaled(exponentials(value, shift(max)), factor));
    }
}
