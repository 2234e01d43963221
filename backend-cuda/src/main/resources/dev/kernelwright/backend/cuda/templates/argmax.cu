// LANES threads of a block share a row, or with SPLIT above 1 a part of one, and each reads UNROLL vectors at a time; a
// second step finds the best of the parts, a warp for each row.
// @parameter THREADS 256 128 512 1024
// @parameter LANES 256 8 32 128 512 1024
// @parameter UNROLL 4 1 2 8
// @parameter SPLIT 1 4 16 64 256
// @require LANES <= THREADS
// @require LANES * UNROLL <= max(1024, cols)
// @require SPLIT == 1 || SPLIT * LANES * select(F32, 4, 8) <= cols && SPLIT * rows <= 1048576
// @workspace select(SPLIT > 1, 8 * rows * SPLIT, 0)
// @step partial grid=ceil_div(rows*SPLIT,THREADS/LANES) block=THREADS
// @step combine grid=select(SPLIT>1,ceil_div(rows,THREADS/32),0) block=THREADS
#include "../element.cuh"
#define THREADS 256
#define LANES 256
#define UNROLL 4
#define SPLIT 1
#define COLS 0

// An integer that is greater for a greater element, and greatest for NaN; above 0, which stands for no element.
__device__ __forceinline__ unsigned int order(float value) {
    const unsigned int bits = __float_as_uint(value);
    const unsigned int of_number = bits >> 31 ? ~bits : bits | 0x80000000u;
    return value != value ? 0xffffffffu : value == 0.0f ? 0x80000000u : of_number;
}

// Takes an element of a higher column than all before.
__device__ __forceinline__ void take(float value, unsigned int column, unsigned int &best, unsigned int &best_column) {
    const unsigned int found = order(value);
    if (found > best) {
        best = found;
        best_column = column;
    }
}

// The greatest integer over the threads of a row, for each of them. Every thread of the block must call it.
__device__ __forceinline__ unsigned long long row_max(unsigned long long value) {
#pragma unroll
    for (int distance = min(LANES, 32) / 2; distance > 0; distance /= 2) {
        value = max(value, __shfl_xor_sync(0xffffffff, value, distance));
    }
#if LANES > 32
    __shared__ unsigned long long of_warp[THREADS / 32];
    if (threadIdx.x % 32 == 0) {
        of_warp[threadIdx.x / 32] = value;
    }
    __syncthreads();
    value = of_warp[threadIdx.x / LANES * (LANES / 32) + threadIdx.x % (LANES / 32)];
#pragma unroll
    for (int distance = LANES / 64; distance > 0; distance /= 2) {
        value = max(value, __shfl_xor_sync(0xffffffff, value, distance));
    }
#endif
    return value;
}

extern "C" __global__ void __launch_bounds__(THREADS)
partial(const element *__restrict__ x, int *__restrict__ out, unsigned int *__restrict__ workspace, long long rows,
        long long cols_argument) {
    const long long cols = COLS ? COLS : cols_argument;
    const bool vector = cols % WIDTH == 0 && is_aligned(x);
    const int lane = threadIdx.x % LANES;
    const long long part = blockIdx.x * (long long) (THREADS / LANES) + threadIdx.x / LANES;
    const bool inside = part < rows * SPLIT;
    // A multiple of WIDTH, so that a part's beginning is aligned.
    const long long part_width = ((cols + SPLIT - 1) / SPLIT + WIDTH - 1) / WIDTH * WIDTH;
    const long long begin = inside ? min(cols, part % SPLIT * part_width) : 0;
    const long long end = inside ? min(cols, begin + part_width) : 0;
    const element *row = x + (inside ? part / SPLIT * cols : 0);
    unsigned int best = 0;
    unsigned int column = 0;
    long long c = begin + WIDTH * lane;
    if (vector) {
        for (; c + WIDTH * LANES * (UNROLL - 1) < end; c += WIDTH * LANES * UNROLL) {
            Vector values[UNROLL];
#pragma unroll
            for (int u = 0; u < UNROLL; u++) {
                values[u] = load(row + c + WIDTH * LANES * u);
            }
#pragma unroll
            for (int u = 0; u < UNROLL; u++) {
                const unsigned int first = (unsigned int) c + WIDTH * LANES * u;
#pragma unroll
                for (int i = 0; i < WIDTH; i++) {
                    take(values[u].at[i], first + i, best, column);
                }
            }
        }
    }
    for (; c < end; c += WIDTH * LANES) {
        for (long long i = c; i < min(c + WIDTH, end); i++) {
            take(row[i], (unsigned int) i, best, column);
        }
    }
    // Of equal elements the one in the lower column is greater.
    const unsigned long long greatest = row_max((unsigned long long) best << 32 | (0xffffffffu - column));
    if (inside && lane == 0) {
        if (SPLIT > 1) {
            workspace[2 * part] = (unsigned int) (greatest >> 32);
            workspace[2 * part + 1] = (unsigned int) greatest;
        } else {
            out[part] = (int) (0xffffffffu - (unsigned int) greatest);
        }
    }
}

extern "C" __global__ void __launch_bounds__(THREADS)
combine(const element *__restrict__ x, int *__restrict__ out, const unsigned int *__restrict__ workspace,
        long long rows, long long cols) {
    const long long row = blockIdx.x * (long long) (THREADS / 32) + threadIdx.x / 32;
    if (row >= rows) {
        return;
    }
    unsigned long long greatest = 0;
    for (int part = threadIdx.x % 32; part < SPLIT; part += 32) {
        const unsigned int *found = workspace + 2 * (row * SPLIT + part);
        greatest = max(greatest, (unsigned long long) found[0] << 32 | found[1]);
    }
    for (int distance = 16; distance > 0; distance /= 2) {
        greatest = max(greatest, __shfl_xor_sync(0xffffffff, greatest, distance));
    }
    if (threadIdx.x % 32 == 0) {
        out[row] = (int) (0xffffffffu - (unsigned int) greatest);
    }
}
