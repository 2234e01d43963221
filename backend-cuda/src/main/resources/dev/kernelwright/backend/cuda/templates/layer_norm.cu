// LANES threads of a block share a row, a warp or less if rows are short. Each keeps up to VECTORS vectors of it in
// registers between the three passes, and loads those of its next row before them; what is beyond is read three times.
// @parameter THREADS 256 128 512 1024
// @parameter LANES 256 8 32 64 128 512 1024
// @parameter VECTORS 4 1 2 8 16
// @parameter ROWS_PER_LANE 1 2 4 8
// @require LANES <= THREADS && THREADS * VECTORS <= select(F32, 8192, 4096) / min(ROWS_PER_LANE, 2)
// @require LANES * VECTORS <= max(1024, cols)
// @step run grid=ceil_div(rows,THREADS/LANES*ROWS_PER_LANE) block=THREADS
#include "../element.cuh"
#define THREADS 256
#define LANES 256
#define VECTORS 4
#define ROWS_PER_LANE 1
#define COLS 0
#define EPS 0

__device__ __forceinline__ float added(float value, int distance) {
    return value + __shfl_xor_sync(0xffffffff, value, distance);
}

__device__ __forceinline__ float2 added(float2 value, int distance) {
    return make_float2(added(value.x, distance), added(value.y, distance));
}

// The sum of a value over the threads of a row, for each of them. Every thread of the block must call it, and with
// another array than the last time.
template <typename Value>
__device__ __forceinline__ Value row_sum(Value value, Value *of_warp) {
#pragma unroll
    for (int distance = min(LANES, 32) / 2; distance > 0; distance /= 2) {
        value = added(value, distance);
    }
#if LANES > 32
    if (threadIdx.x % 32 == 0) {
        of_warp[threadIdx.x / 32] = value;
    }
    __syncthreads();
    value = of_warp[threadIdx.x / LANES * (LANES / 32) + threadIdx.x % (LANES / 32)];
#pragma unroll
    for (int distance = LANES / 64; distance > 0; distance /= 2) {
        value = added(value, distance);
    }
#endif
    return value;
}

__device__ __forceinline__ float sum_of(Vector value) {
    float sum = 0.0f;
#pragma unroll
    for (int i = 0; i < WIDTH; i += 2) {
        sum += value.at[i] + value.at[i + 1];
    }
    return sum;
}

// Puts the distances from the mean in the place of values, and adds them and their squares up; what is behind the end
// of the row has none.
__device__ __forceinline__ void take_distances(Vector &value, float mean, long long count, bool aligned,
        float2 &sums) {
    float sum = 0.0f;
    float squares = 0.0f;
#pragma unroll
    for (int i = 0; i < WIDTH; i++) {
        value.at[i] = aligned || i < count ? value.at[i] - mean : 0.0f;
        sum += value.at[i];
        squares += value.at[i] * value.at[i];
    }
    sums = make_float2(sums.x + sum, sums.y + squares);
}

__device__ __forceinline__ Vector scaled(Vector distance, float factor, float shift, Vector weight, Vector bias) {
#pragma unroll
    for (int i = 0; i < WIDTH; i++) {
        distance.at[i] = fmaf(fmaf(distance.at[i], factor, shift), weight.at[i], bias.at[i]);
    }
    return distance;
}

template <bool ALIGNED>
__device__ __forceinline__ void normalize(const element *__restrict__ x, const element *__restrict__ weight,
        const element *__restrict__ bias, element *__restrict__ out, long long rows, int cols) {
    __shared__ float of_warp[THREADS / 32];
#if F32
    __shared__ float2 sums_of_warp[THREADS / 32];
#else
    __shared__ float squares_of_warp[THREADS / 32];
#endif
    const int first = WIDTH * (threadIdx.x % LANES);
    const int rest = first + WIDTH * VECTORS * LANES;
    long long row = blockIdx.x * (long long) (THREADS / LANES * ROWS_PER_LANE) + threadIdx.x / LANES;
    uint4 next[VECTORS];
#pragma unroll
    for (int v = 0; v < VECTORS; v++) {
        const int c = first + v * WIDTH * LANES;
        next[v] = load_packed(x + row * cols + c, row < rows ? cols - c : 0, ALIGNED);
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
                next[v] = load_packed(x + row * cols + c, row < rows ? cols - c : 0, ALIGNED);
            }
        }
        float sum = 0.0f;
#pragma unroll
        for (int v = 0; v < VECTORS; v++) {
            sum += sum_of(kept[v]);
        }
        for (long long c = rest; c < width; c += WIDTH * LANES) {
            sum += sum_of(load(from + c, width - c, ALIGNED));
        }
        const float mean = row_sum(sum, of_warp) / (float) cols;
        float2 sums = make_float2(0.0f, 0.0f);
#pragma unroll
        for (int v = 0; v < VECTORS; v++) {
            const int c = first + v * WIDTH * LANES;
            if (c < width) {
                take_distances(kept[v], mean, width - c, ALIGNED, sums);
            }
        }
        for (long long c = rest; c < width; c += WIDTH * LANES) {
            Vector value = load(from + c, width - c, ALIGNED);
            take_distances(value, mean, width - c, ALIGNED, sums);
        }
#if F32
        // The mean is rounded; that of the distances from it, which are small and nearly exact, makes good for that.
        sums = row_sum(sums, sums_of_warp);
        const float correction = sums.x / (float) cols;
        const float variance = fmaxf(fmaf(-correction, correction, sums.y / (float) cols), 0.0f);
#else
        // Half types are so coarse that elements which differ at all do so by far more than the mean is rounded.
        const float correction = 0.0f;
        const float variance = row_sum(sums.y, squares_of_warp) / (float) cols;
#endif
        const float factor = rsqrtf(variance + (float) (EPS));
        const float shift = -correction * factor;
#pragma unroll
        for (int v = 0; v < VECTORS; v++) {
            const int c = first + v * WIDTH * LANES;
            if (c < width) {
                store(to + c, width - c, ALIGNED, scaled(kept[v], factor, shift, load(weight + c, width - c, ALIGNED),
                        load(bias + c, width - c, ALIGNED)));
            }
        }
        for (long long c = rest; c < width; c += WIDTH * LANES) {
            Vector value = load(from + c, width - c, ALIGNED);
            take_distances(value, mean, width - c, ALIGNED, sums);
            store(to + c, width - c, ALIGNED, scaled(value, factor, shift, load(weight + c, width - c, ALIGNED),
                    load(bias + c, width - c, ALIGNED)));
        }
    }
}

extern "C" __global__ void __launch_bounds__(THREADS)
run(const element *__restrict__ x, const element *__restrict__ weight, const element *__restrict__ bias,
        element *__restrict__ out, long long rows, long long cols_argument) {
    const int cols = COLS ? COLS : (int) cols_argument;
    if (cols % WIDTH == 0 && is_aligned(x, weight, bias, out)) {
        normalize<true>(x, weight, bias, out, rows, cols);
    } else {
        normalize<false>(x, weight, bias, out, rows, cols);
    }
}
