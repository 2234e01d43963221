// LANES threads of a block share a row, a warp or less if rows are short. Each keeps up to VECTORS vectors of it in
// registers; what is beyond those is read twice. With SPLIT above 1 a block has a part of a row: a first step finds the
// maximum and the sum of each part, and the second reads the row once more, out of the cache if it fits.
// @parameter THREADS 256 128 512 1024
// @parameter LANES 256 8 32 64 128 512 1024
// @parameter VECTORS 4 1 2 8 16
// @parameter SPLIT 1 2 4 8 16
// @require LANES <= THREADS && THREADS * VECTORS <= 8192
// @require LANES * VECTORS <= max(1024, cols)
// @require SPLIT == 1 || LANES == THREADS && SPLIT * LANES * 4 <= cols && rows <= 4096
// @workspace select(SPLIT > 1, 8 * rows * SPLIT, 0)
// @step partial grid=select(SPLIT>1,rows*SPLIT,0) block=THREADS
// @step run grid=select(SPLIT>1,rows*SPLIT,ceil_div(rows,THREADS/LANES)) block=THREADS
#define THREADS 256
#define LANES 256
#define VECTORS 4
#define SPLIT 1
#define COLS 0
#define NEGATIVE_INFINITY (-__int_as_float(0x7f800000))

// Whether 16 bytes can be read and written at once.
__device__ __forceinline__ bool is_aligned(const void *x, const void *out) {
    return ((reinterpret_cast<unsigned long long>(x)
            | reinterpret_cast<unsigned long long>(out))) % 16 == 0;
}

// Four elements of a row; negative infinity stands for those behind its end.
__device__ __forceinline__ float4 load(const float *row, long long c, long long width, bool vector) {
    const float none = NEGATIVE_INFINITY;
    if (vector) {
        return c < width ? *reinterpret_cast<const float4 *>(row + c) : make_float4(none, none, none, none);
    }
    return make_float4(c < width ? row[c] : none, c + 1 < width ? row[c + 1] : none, c + 2 < width ? row[c + 2] : none,
            c + 3 < width ? row[c + 3] : none);
}

// Writes four elements of a row, but none behind its end.
__device__ __forceinline__ void store(float *row, long long c, long long width, bool vector, float4 value) {
    if (vector) {
        if (c < width) {
            *reinterpret_cast<float4 *>(row + c) = value;
        }
        return;
    }
    const float values[4] = {value.x, value.y, value.z, value.w};
#pragma unroll
    for (int j = 0; j < 4; j++) {
        if (c + j < width) {
            row[c + j] = values[j];
        }
    }
}

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

__device__ __forceinline__ float4 exponentials(float4 value, float base) {
    return make_float4(expf(value.x - base), expf(value.y - base), expf(value.z - base), expf(value.w - base));
}

__device__ __forceinline__ float max_of(float4 value) {
    return fmaxf(fmaxf(value.x, value.y), fmaxf(value.z, value.w));
}

__device__ __forceinline__ float sum_of(float4 value) {
    return value.x + value.y + (value.z + value.w);
}

__device__ __forceinline__ float4 scaled(float4 value, float factor) {
    return make_float4(value.x * factor, value.y * factor, value.z * factor, value.w * factor);
}

// The maximum and the sum of the exponentials of a row or a part of one; the exponentials stay in the registers.
__device__ __forceinline__ void reduce(const float *from, int lane, int width, bool vector, float4 (&kept)[VECTORS],
        float &row_maximum, float &sum) {
#pragma unroll
    for (int v = 0; v < VECTORS; v++) {
        kept[v] = load(from, 4 * (lane + v * LANES), width, vector);
    }
    float max = NEGATIVE_INFINITY;
    float sum_of_rest = 0.0f;
    for (long long c = 4 * (lane + VECTORS * LANES); c < width; c += 4 * LANES) {
        const float4 value = load(from, c, width, vector);
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

// How many columns a part has; a multiple of 4, so that its beginning is aligned.
__device__ __forceinline__ long long part_width(long long cols) {
    return ((cols + SPLIT - 1) / SPLIT + 3) / 4 * 4;
}

extern "C" __global__ void __launch_bounds__(THREADS)
partial(const float *__restrict__ x, float *__restrict__ out, float *__restrict__ workspace, long long rows,
        long long cols_argument) {
    const long long cols = COLS ? COLS : cols_argument;
    const bool vector = cols % 4 == 0 && is_aligned(x, out);
    const long long begin = min(cols, blockIdx.x % SPLIT * part_width(cols));
    float4 kept[VECTORS];
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
run(const float *__restrict__ x, float *__restrict__ out, const float *__restrict__ workspace, long long rows,
        long long cols_argument) {
    const long long cols = COLS ? COLS : cols_argument;
    const bool vector = cols % 4 == 0 && is_aligned(x, out);
    const int lane = threadIdx.x % LANES;
#if SPLIT == 1
    const long long row = blockIdx.x * (long long) (THREADS / LANES) + threadIdx.x / LANES;
    // A thread without a row takes part in the sums with a row of no columns.
    const int width = row < rows ? (int) cols : 0;
    const long long start = (row < rows ? row : 0) * cols;
    float4 kept[VECTORS];
    float max;
    float sum;
    reduce(x + start, lane, width, vector, kept, max, sum);
    const float factor = 1.0f / sum;
#pragma unroll
    for (int v = 0; v < VECTORS; v++) {
        store(out + start, 4 * (lane + v * LANES), width, vector, scaled(kept[v], factor));
    }
    const long long first = 4 * (lane + VECTORS * LANES);
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
    const long long first = 4 * lane;
#endif
#pragma unroll 4
    for (long long c = first; c < width; c += 4 * LANES) {
        store(out + start, c, width, vector,
                scaled(exponentials(load(x + start, c, width, vector), shift(max)), factor));
    }
}
