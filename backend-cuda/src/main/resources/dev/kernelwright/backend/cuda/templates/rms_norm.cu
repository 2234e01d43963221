// LANES threads of a block share a row, a warp or less if rows are short. Each keeps up to VECTORS vectors of it in
// registers between the two passes, and loads those of its next row before them; what is beyond is read twice. STREAMED
// rows take less place in the caches.
// @parameter THREADS 256 128 512 1024
// @parameter LANES 256 8 32 64 128 512 1024
// @parameter VECTORS 4 1 2 8 16
// @parameter ROWS_PER_LANE 1 2 4 8
// @parameter STREAMED 0 1
// @require LANES <= THREADS && THREADS * VECTORS <= select(F32, 8192, 4096) / min(ROWS_PER_LANE, 2)
// @require LANES * VECTORS <= max(1024, cols)
// @step run grid=ceil_div(rows,THREADS/LANES*ROWS_PER_LANE) block=THREADS
#include "../element.cuh"
#include "../stream.cuh"
#define THREADS 256
#define LANES 256
#define VECTORS 4
#define ROWS_PER_LANE 1
#define STREAMED 0
#define COLS 0
#define EPS 0

// The sum of a value over the threads of a row, for each of them. Every thread of the block must call it, and with
// another array than the last time.
__device__ __forceinline__ float row_sum(float value, float *of_warp) {
#pragma unroll
    for (int distance = min(LANES, 32) / 2; distance > 0; distance /= 2) {
        value += __shfl_xor_sync(0xffffffff, value, distance);
    }
#if LANES > 32
    if (threadIdx.x % 32 == 0) {
        of_warp[threadIdx.x / 32] = value;
    }
    __syncthreads();
    value = of_warp[threadIdx.x / LANES * (LANES / 32) + threadIdx.x % (LANES / 32)];
#pragma unroll
    for (int distance = LANES / 64; distance > 0; distance /= 2) {
        value += __shfl_xor_sync(0xffffffff, value, distance);
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

template <bool ALIGNED>
__device__ __forceinline__ void normalize(const element *__restrict__ x, const element *__restrict__ weight,
        element *__restrict__ out, long long rows, int cols) {
    __shared__ float of_warp[2][THREADS / 32];
    const int first = WIDTH * (threadIdx.x % LANES);
    const int rest = first + WIDTH * VECTORS * LANES;
    long long row = blockIdx.x * (long long) (THREADS / LANES * ROWS_PER_LANE) + threadIdx.x / LANES;
    uint4 next[VECTORS];
#pragma unroll
    for (int v = 0; v < VECTORS; v++) {
        const int c = first + v * WIDTH * LANES;
        next[v] = load_once<STREAMED>(x + row * cols + c, row < rows ? cols - c : 0, ALIGNED);
    }
    for (int i = 0; i < ROWS_PER_LANE; i++) {
        // A thread without a row takes part in the sums with a row of no columns.
        const int width = row < rows ? cols : 0;
        const element *from = x + row * cols;
        element *to = out + row * cols;
        row += THREADS / LANES;
        Vector kept[VECTORS];
#pragma unroll
        for (int v = 0; v < VECTORS; v++) {
            const int c = first + v * WIDTH * LANES;
            kept[v] = unpacked(next[v]);
            if (i + 1 < ROWS_PER_LANE) {
                next[v] = load_once<STREAMED>(x + row * cols + c, row < rows ? cols - c : 0, ALIGNED);
            }
        }
        float sum = 0.0f;
#pragma unroll
        for (int v = 0; v < VECTORS; v++) {
            sum += squares(kept[v]);
        }
        for (long long c = rest; c < width; c += WIDTH * LANES) {
            sum += squares(load(from + c, width - c, ALIGNED));
        }
        const float factor = rsqrtf(row_sum(sum, of_warp[i % 2]) / (float) cols + (float) (EPS));
#pragma unroll
        for (int v = 0; v < VECTORS; v++) {
            const int c = first + v * WIDTH * LANES;
            if (c < width) {
                store_once<STREAMED>(to + c, width - c, ALIGNED,
                        scaled(kept[v], factor, load(weight + c, width - c, ALIGNED)));
            }
        }
        for (long long c = rest; c < width; c += WIDTH * LANES) {
            store_once<STREAMED>(to + c, width - c, ALIGNED, scaled(load(from + c, width - c, ALIGNED), factor,
                    load(weight + c, width - c, ALIGNED)));
        }
    }
}

extern "C" __global__ void __launch_bounds__(THREADS)
run(const element *__restrict__ x, const element *__restrict__ weight, element *__restrict__ out, long long rows,
        long long cols_argument) {
    const int cols = COLS ? COLS : (int) cols_argument;
    if (cols % WIDTH == 0 && is_aligned(x, weight, out)) {
        normalize<true>(x, weight, out, rows, cols);
    } else {
        normalize<false>(x, weight, out, rows, cols);
    }
}
