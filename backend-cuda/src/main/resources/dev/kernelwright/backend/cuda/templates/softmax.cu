// LANES threads of a block share a row, a warp or less if rows are short. Each keeps up to VECTORS vectors of it in
// registers; what is beyond those is read twice. With SPLIT above 1 a block has a part of a row: a first step finds the
// maximum and the sum of each part, and the second reads the row once more, out of the cache if it fits.
// @parameter THREADS 256 128 512 1024
// @parameter LANES 256 8 32 64 128 512 1024
// @parameter VECTORS 4 1 2 8 16
// @parameter SPLIT 1 2 4 8 16
// @require LANES <= THREADS && THREADS * VECTORS <= select(F32, 8192, 4096)
// @require LANES * VECTORS <= max(1024, cols)
// @require SPLIT == 1 || LANES == THREADS && SPLIT * LANES * select(F32, 4, 8) <= cols && rows <= 4096
// @workspace select(SPLIT > 1, 8 * rows * SPLIT, 0)
// @step partial grid=select(SPLIT>1,rows*SPLIT,0) block=THREADS
// @step run grid=select(SPLIT>1,rows*SPLIT,ceil_div(rows,THREADS/LANES)) block=THREADS
#include "../element.cuh"
#define THREADS 256
#define LANES 256
#define VECTORS 4
#define SPLIT 1
#define COLS 0
#define NEGATIVE_INFINITY (-__int_as_float(0x7f800000))

// The maximum of a value, NaN not counted, over the threads of a row, for each of them. Every thread of the block must
// call it.
__device__ __forceinline__ float row_max(float value) {
#pragma unroll
    for (int distance = min(LANES, 32) / 2; distance > 0; distance /= 2) {
        value = fmaxf(value, __shfl_xor_sync(0xffffffff, value, distance));
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
        value = fmaxf(value, __shfl_xor_sync(0xffffffff, value, distance));
    }
#endif
    return value;
}

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

// The maximum and the sum of the exponentials of a row or a part of one; the exponentials stay in the registers.
__device__ __forceinline__ void reduce(const element *from, int lane, int width, bool vector, Vector (&kept)[VECTORS],
        float &row_maximum, float &sum) {
#pragma unroll
    for (int v = 0; v < VECTORS; v++) {
        const int c = WIDTH * (lane + v * LANES);
        kept[v] = load(from + c, width - c, vector, NEGATIVE_INFINITY);
    }
    float max = NEGATIVE_INFINITY;
    float sum_of_rest = 0.0f;
    for (long long c = WIDTH * (lane + VECTORS * LANES); c < width; c += WIDTH * LANES) {
        const Vector value = load(from + c, width - c, vector, NEGATIVE_INFINITY);
        const float new_max = fmaxf(max, max_of(value));
        sum_of_rest = sum_of_rest * expf(max - shift(new_max)) + sum_of(exponentials(value, shift(new_max)));
        max = new_max;
    }
    const float max_of_rest = max;
#pragma unroll
    for (int v = 0; v < VECTORS; v++) {
        max = fmaxf(max, max_of(kept[v]));
    }
    max = row_max(max);
    sum = sum_of_rest * expf(max_of_rest - shift(max));
#pragma unroll
    for (int v = 0; v < VECTORS; v++) {
        kept[v] = exponentials(kept[v], shift(max));
        sum += sum_of(kept[v]);
    }
    sum = row_sum(sum);
    row_maximum = max;
}

// How many columns a part has; a multiple of WIDTH, so that its beginning is aligned.
__device__ __forceinline__ long long part_width(long long cols) {
    return ((cols + SPLIT - 1) / SPLIT + WIDTH - 1) / WIDTH * WIDTH;
}

extern "C" __global__ void __launch_bounds__(THREADS)
partial(const element *__restrict__ x, element *__restrict__ out, float *__restrict__ workspace, long long rows,
        long long cols_argument) {
    const long long cols = COLS ? COLS : cols_argument;
    const bool vector = cols % WIDTH == 0 && is_aligned(x, out);
    const long long begin = min(cols, blockIdx.x % SPLIT * part_width(cols));
    Vector kept[VECTORS];
    float max;
    float sum;
    reduce(x + blockIdx.x / SPLIT * cols + begin, threadIdx.x % LANES, (int) min(part_width(cols), cols - begin),
            vector, kept, max, sum);
    if (threadIdx.x == 0) {
        workspace[2LL * blockIdx.x] = max;
        workspace[2LL * blockIdx.x + 1] = sum;
    }
}

extern "C" __global__ void __launch_bounds__(THREADS)
run(const element *__restrict__ x, element *__restrict__ out, const float *__restrict__ workspace, long long rows,
        long long cols_argument) {
    const long long cols = COLS ? COLS : cols_argument;
    const bool vector = cols % WIDTH == 0 && is_aligned(x, out);
    const int lane = threadIdx.x % LANES;
#if SPLIT == 1
    const long long row = blockIdx.x * (long long) (THREADS / LANES) + threadIdx.x / LANES;
    // A thread without a row takes part in the sums with a row of no columns.
    const int width = row < rows ? (int) cols : 0;
    const long long start = (row < rows ? row : 0) * cols;
    Vector kept[VECTORS];
    float max;
    float sum;
    reduce(x + start, lane, width, vector, kept, max, sum);
    const float factor = 1.0f / sum;
#pragma unroll
    for (int v = 0; v < VECTORS; v++) {
        const int c = WIDTH * (lane + v * LANES);
        store(out + start + c, width - c, vector, scaled(kept[v], factor));
    }
    const long long first = WIDTH * (lane + VECTORS * LANES);
#else
    const float *of_row = workspace + blockIdx.x / SPLIT * (2LL * SPLIT);
    float max = NEGATIVE_INFINITY;
    for (int part = 0; part < SPLIT; part++) {
        max = fmaxf(max, of_row[2 * part]);
    }
    float sum = 0.0f;
    for (int part = 0; part < SPLIT; part++) {
        sum += of_row[2 * part + 1] * expf(of_row[2 * part] - shift(max));
    }
    const float factor = 1.0f / sum;
    const long long begin = min(cols, blockIdx.x % SPLIT * part_width(cols));
    const int width = (int) min(part_width(cols), cols - begin);
    const long long start = blockIdx.x / SPLIT * cols + begin;
    const long long first = WIDTH * lane;
#endif
#pragma unroll 4
    for (long long c = first; c < width; c += WIDTH * LANES) {
        const Vector value = load(x + start + c, width - c, vector, NEGATIVE_INFINITY);
        store(out + start + c, width - c, vector, scaled(exponentials(value, shift(max)), factor));
    }
}
