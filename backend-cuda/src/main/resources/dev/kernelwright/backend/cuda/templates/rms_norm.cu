// LANES threads of a block share a row, a warp or less if rows are short. Each keeps up to VECTORS vectors of it in
// registers between the two passes; what is beyond those is read twice.
// @parameter THREADS 256 128 512 1024
// @parameter LANES 256 8 32 64 128 512 1024
// @parameter VECTORS 4 1 2 8 16
// @parameter ROWS_PER_LANE 1 2 4
// @require LANES <= THREADS && THREADS * VECTORS <= 8192
// @require LANES * VECTORS <= max(1024, cols)
// @step run grid=ceil_div(rows,THREADS/LANES*ROWS_PER_LANE) block=THREADS
#define THREADS 256
#define LANES 256
#define VECTORS 4
#define ROWS_PER_LANE 1
#define COLS 0
#define EPS 0

// Whether 16 bytes can be read and written at once.
__device__ __forceinline__ bool is_aligned(const void *x, const void *weight, const void *out) {
    return ((reinterpret_cast<unsigned long long>(x)
            | reinterpret_cast<unsigned long long>(weight)
            | reinterpret_cast<unsigned long long>(out))) % 16 == 0;
}

// Four elements of a row; zero stands for those behind its end.
__device__ __forceinline__ float4 load(const float *row, long long c, long long width, bool vector) {
    if (vector) {
        return c < width ? *reinterpret_cast<const float4 *>(row + c) : make_float4(0.0f, 0.0f, 0.0f, 0.0f);
    }
    return make_float4(c < width ? row[c] : 0.0f, c + 1 < width ? row[c + 1] : 0.0f,
            c + 2 < width ? row[c + 2] : 0.0f, c + 3 < width ? row[c + 3] : 0.0f);
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

__device__ __forceinline__ float squares(float4 value) {
    return value.x * value.x + value.y * value.y + (value.z * value.z + value.w * value.w);
}

__device__ __forceinline__ float4 scaled(float4 value, float factor, float4 weight) {
    return make_float4(value.x * factor * weight.x, value.y * factor * weight.y, value.z * factor * weight.z,
            value.w * factor * weight.w);
}

extern "C" __global__ void __launch_bounds__(THREADS)
run(const float *__restrict__ x, const float *__restrict__ weight, float *__restrict__ out, long long rows,
        long long cols_argument) {
    const int cols = COLS ? COLS : (int) cols_argument;
    const bool vector = cols % 4 == 0 && is_aligned(x, weight, out);
    const int lane = threadIdx.x % LANES;
    long long row = blockIdx.x * (long long) (THREADS / LANES * ROWS_PER_LANE) + threadIdx.x / LANES;
    for (int i = 0; i < ROWS_PER_LANE; i++) {
        // A thread without a row takes part in the sums with a row of no columns.
        const int width = row < rows ? cols : 0;
        const float *from = x + (row < rows ? row : 0) * cols;
        float *to = out + (row < rows ? row : 0) * cols;
        float4 kept[VECTORS];
#pragma unroll
        for (int v = 0; v < VECTORS; v++) {
            kept[v] = load(from, 4 * (lane + v * LANES), width, vector);
        }
        float sum = 0.0f;
#pragma unroll
        for (int v = 0; v < VECTORS; v++) {
            sum += squares(kept[v]);
        }
        for (long long c = 4 * (lane + VECTORS * LANES); c < width; c += 4 * LANES) {
            sum += squares(load(from, c, width, vector));
        }
        const float factor = 1.0f / sqrtf(row_sum(sum) / (float) cols + (float) (EPS));
#pragma unroll
        for (int v = 0; v < VECTORS; v++) {
            const int c = 4 * (lane + v * LANES);
            store(to, c, width, vector, scaled(kept[v], factor, load(weight, c, width, vector)));
        }
        for (long long c = 4 * (lane + VECTORS * LANES); c < width; c += 4 * LANES) {
            store(to, c, width, vector,
                    scaled(load(from, c, width, vector), factor, load(weight, c, width, vector)));
        }
        row += THREADS / LANES;
    }
}
