// LANES threads of a block share a row, or with SPLIT above 1 a part of one, and each reads UNROLL vectors at a time; a
// second step adds the parts, a warp for each row.
// @parameter THREADS 256 128 512 1024
// @parameter LANES 256 8 32 128 512 1024
// @parameter UNROLL 4 1 2 8
// @parameter SPLIT 1 4 16 64 256 528 1024 2112
// @require LANES <= THREADS
// @require LANES * UNROLL <= max(1024, cols)
// @require SPLIT == 1 || SPLIT * LANES * select(F32, 4, 8) <= cols && SPLIT * rows <= 1048576
// @workspace select(SPLIT > 1, 4 * rows * SPLIT, 0)
// @step partial grid=ceil_div(rows*SPLIT,THREADS/LANES) block=THREADS
// @step combine grid=select(SPLIT>1,ceil_div(rows,THREADS/32),0) block=THREADS
#include "../element.cuh"
#define THREADS 256
#define LANES 256
#define UNROLL 4
#define SPLIT 1
#define COLS 0

// The sum of a value over the threads of a row, for each of them. Every thread of the block must call it.
__device__ __forceinline__ float row_sum(float value) {
#pragma unroll
    for (int distance = min(LANES, 32) / 2; distance > 0; distance /= 2) {
        value += __shfl_xor_sync(0xffffffff, value, distance);
    }
#if LANES > 32
    __shared__ float of_warp[THREADS / 32];
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

extern "C" __global__ void __launch_bounds__(THREADS)
partial(const element *__restrict__ x, element *__restrict__ out, float *__restrict__ workspace, long long rows,
        long long cols_argument) {
    const long long cols = COLS ? COLS : cols_argument;
    const bool vector = cols % WIDTH == 0 && is_aligned(x);
    const int lane = threadIdx.x % LANES;
    const long long part = blockIdx.x * (long long) (THREADS / LANES) + threadIdx.x / LANES;
    const bool inside = part < rows * SPLIT;
    // A multiple of WIDTH, so that a part's beginning is aligned.
    const long long part_width = ((cols + SPLIT - 1) / SPLIT + WIDTH - 1) / WIDTH * WIDTH;
    const long long begin = inside ? min(cols, part % SPLIT * part_width) : 0;
    const long long width = inside ? min(part_width, cols - begin) : 0;
    const element *from = x + (inside ? part / SPLIT * cols + begin : 0);
    Vector sums = filled(0.0f);
    for (long long c = WIDTH * lane; c < width; c += WIDTH * LANES * UNROLL) {
        const bool whole = vector && c + WIDTH * LANES * (UNROLL - 1) < width;
        uint4 values[UNROLL];
#pragma unroll
        for (int u = 0; u < UNROLL; u++) {
            const long long at = c + WIDTH * LANES * u;
            values[u] = load_packed(from + at, whole ? WIDTH : width - at, vector);
        }
#pragma unroll
        for (int u = 0; u < UNROLL; u++) {
            const Vector value = unpacked(values[u]);
#pragma unroll
            for (int i = 0; i < WIDTH; i++) {
                sums.at[i] += value.at[i];
            }
        }
    }
    float sum = 0.0f;
#pragma unroll
    for (int i = 0; i < WIDTH; i += 2) {
        sum += sums.at[i] + sums.at[i + 1];
    }
    sum = row_sum(sum);
    if (inside && lane == 0) {
        if (SPLIT > 1) {
            workspace[part] = sum;
        } else {
            out[part] = sum;
        }
    }
}

extern "C" __global__ void __launch_bounds__(THREADS)
combine(const element *__restrict__ x, element *__restrict__ out, const float *__restrict__ workspace, long long rows,
        long long cols) {
    const long long row = blockIdx.x * (long long) (THREADS / 32) + threadIdx.x / 32;
    if (row >= rows) {
        return;
    }
    float sum = 0.0f;
    for (int part = threadIdx.x % 32; part < SPLIT; part += 32) {
        sum += workspace[row * SPLIT + part];
    }
    for (int distance = 16; distance > 0; distance /= 2) {
        sum += __shfl_xor_sync(0xffffffff, sum, distance);
    }
    if (threadIdx.x % 32 == 0) {
        out[row] = sum;
    }
}
