// LANES threads of a block share a row, a warp or less if rows are short. Each keeps up to VECTORS vectors of it in
// registers between the two passes; what is beyond those is read twice.
// @parameter THREADS 256 128 512 1024
// @parameter LANES 256 8 32 64 128 512 1024
// @parameter VECTORS 4 1 2 8 16
// @parameter ROWS_PER_LANE 1 2 4
// @require LANES <= THREADS && THREADS * VECTORS <= select(F32, 8192, 4096)
// @require LANES * VECTORS <= max(1024, cols)
// @step run grid=ceil_div(rows,THREADS/LANES*ROWS_PER_LANE) block=THREADS
#include "../element.cuh"
#define THREADS 256
#define LANES 256
#define VECTORS 4
#define ROWS_PER_LANE 1
#define COLS 0
#define EPS 0

// The sum of a value over the threads of a row, for each of them. Every thread of the block must call it.
__device__ __forceinline__ float row_sum(float value) {
#pragma unroll
    for (int distance = min(LANES, 32) / 2; distance > 0; distance /= 2) {
        value = value + __shfl_xor_sync(0xffffffff, value, distance);
    }
#if LANES > 32
    __shared__ float of_warp[THREADS / 32];
    __syncthreads();
    if (threadIdx.x % 32 == 0) {
        of_warp[threadIdx.x / 32] = value;
    }
    __syncthreads();
    value = of_warp[threadIdx.x / LANES * (LANES / 32) + threadIdx.x % (LANES / 32)];
#pragma unroll
    for (int distance = LANES / 64; distance > 0; distance /= 2) {
        value = value + __shfl_xor_sync(0xffffffff, value, distance);
    }
#endif
    return value;
}

__device__ __forceinline__ float squares(Vector value) {
    float sum = 0.0f;
#pragma unroll
    for (int i = 0; i < WIDTH; i += 2) {
        sum += value.at[i] * value.at[i] + value.at[i + 1] * value.at[i + 1];
    }
    return sum;
}

__device__ __forceinline__ Vector scaled(Vector value, float factor, Vector weight) {
#pragma unroll
    for (int i = 0; i < WIDTH; i++) {
        value.at[i] = value.at[i] * factor * weight.at[i];
    }
    return value;
}

extern "C" __global__ void __launch_bounds__(THREADS)
run(const element *__restrict__ x, const element *__restrict__ weight, element *__restrict__ out, long long rows,
        long long cols_argument) {
    const int cols = COLS ? COLS : (int) cols_argument;
    const bool vector = cols % WIDTH == 0 && is_aligned(x, weight, out);
    const int lane = threadIdx.x % LANES;
    long long row = blockIdx.x * (long long) (THREADS / LANES * ROWS_PER_LANE) + threadIdx.x / LANES;
    for (int i = 0; i < ROWS_PER_LANE; i++) {
        // A thread without a row takes part in the sums with a row of no columns.
        const int width = row < rows ? cols : 0;
        const element *from = x + (row < rows ? row : 0) * cols;
        element *to = out + (row < rows ? row : 0) * cols;
        Vector kept[VECTORS];
#pragma unroll
        for (int v = 0; v < VECTORS; v++) {
            kept[v] = load(from + WIDTH * (lane + v * LANES), width - (WIDTH * (lane + v * LANES)), vector);
        }
        float sum = 0.0f;
#pragma unroll
        for (int v = 0; v < VECTORS; v++) {
            sum += squares(kept[v]);
        }
        for (long long c = WIDTH * (lane + VECTORS * LANES); c < width; c += WIDTH * LANES) {
            sum += squares(load(from + c, width - c, vector));
        }
        const float factor = 1.0f / sqrtf(row_sum(sum) / (float) cols + (float) (EPS));
#pragma unroll
        for (int v = 0; v < VECTORS; v++) {
            const int c = WIDTH * (lane + v * LANES);
            store(to + c, width - c, vector, scaled(kept[v], factor, load(weight + c, width - c, vector)));
        }
        for (long long c = WIDTH * (lane + VECTORS * LANES); c < width; c += WIDTH * LANES) {
            store(to + c, width - c, vector,
                    scaled(load(from + c, width - c, vector), factor, load(weight + c, width - c, vector)));
        }
        row += THREADS / LANES;
    }
}
