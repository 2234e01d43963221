// LANES threads of a block share a row, or with SPLIT above 1 a part of one. Each reads UNROLL vectors at a time, and
// remembers only where it read its greatest element first; those who have the row's greatest read there again for its
// column. A second step finds the best of the parts, a warp for each row.
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
// As many elements as four bytes hold, which no element is less than.
#define NEGATIVE_INFINITY (F32 ? 0xff800000u : BF16 ? 0xff80ff80u : 0xfc00fc00u)

// The greater of two elements, NaN if one of them is.
__device__ __forceinline__ float better(float a, float b) {
#if __CUDA_ARCH__ >= 800
    asm("max.NaN.f32 %0, %1, %2;" : "=f"(a) : "f"(a), "f"(b));
    return a;
#else
    return a > b || a != a ? a : b;
#endif
}

// The lower of two columns.
__device__ __forceinline__ unsigned int better(unsigned int a, unsigned int b) {
    return min(a, b);
}

#if !F32 && __CUDA_ARCH__ >= 800
// The greater ones of two pairs of elements in half types.
__device__ __forceinline__ unsigned int better_pair(unsigned int a, unsigned int b) {
#if BF16
    asm("max.NaN.bf16x2 %0, %1, %2;" : "=r"(a) : "r"(a), "r"(b));
#else
    asm("max.NaN.f16x2 %0, %1, %2;" : "=r"(a) : "r"(a), "r"(b));
#endif
    return a;
}
#endif

// The greatest element of vectors, NaN if there is one.
__device__ __forceinline__ float greatest_of(const uint4 (&values)[UNROLL]) {
#if !F32 && __CUDA_ARCH__ >= 800
    unsigned int pair = NEGATIVE_INFINITY;
#pragma unroll
    for (int u = 0; u < UNROLL; u++) {
        pair = better_pair(pair, better_pair(better_pair(values[u].x, values[u].y),
                better_pair(values[u].z, values[u].w)));
    }
    element low;
    element high;
    low.bits = (unsigned short) pair;
    high.bits = (unsigned short) (pair >> 16);
    return better((float) low, (float) high);
#else
    float greatest = unpacked(values[0]).at[0];
#pragma unroll
    for (int u = 0; u < UNROLL; u++) {
        const Vector vector = unpacked(values[u]);
#pragma unroll
        for (int i = 0; i < WIDTH; i += 2) {
            greatest = better(greatest, better(vector.at[i], vector.at[i + 1]));
        }
    }
    return greatest;
#endif
}

// The vectors that a thread reads at a time, of a row of which so much is left.
__device__ __forceinline__ void load_all(uint4 (&values)[UNROLL], const element *from, long long left, bool vector) {
    const bool whole = vector && WIDTH * LANES * (UNROLL - 1) < left;
#pragma unroll
    for (int u = 0; u < UNROLL; u++) {
        const int at = WIDTH * LANES * u;
        values[u] = load_packed(from + at, whole ? WIDTH : left - at, vector, NEGATIVE_INFINITY);
    }
}

// The best value over the threads of a row, for each of them. Every thread of the block must call it.
template <typename Value>
__device__ __forceinline__ Value row_best(Value value) {
#pragma unroll
    for (int distance = min(LANES, 32) / 2; distance > 0; distance /= 2) {
        value = better(value, __shfl_xor_sync(0xffffffff, value, distance));
    }
#if LANES > 32
    __shared__ Value of_warp[THREADS / 32];
    if (threadIdx.x % 32 == 0) {
        of_warp[threadIdx.x / 32] = value;
    }
    __syncthreads();
    value = of_warp[threadIdx.x / LANES * (LANES / 32) + threadIdx.x % (LANES / 32)];
#pragma unroll
    for (int distance = LANES / 64; distance > 0; distance /= 2) {
        value = better(value, __shfl_xor_sync(0xffffffff, value, distance));
    }
#endif
    return value;
}

// An integer that is greater for a greater element, and greatest for NaN.
__device__ __forceinline__ unsigned int order(float value) {
    const unsigned int bits = __float_as_uint(value);
    const unsigned int of_number = bits >> 31 ? ~bits : bits | 0x80000000u;
    return value != value ? 0xffffffffu : value == 0.0f ? 0x80000000u : of_number;
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
    uint4 values[UNROLL];
    float best = -__int_as_float(0x7f800000);
    long long where = begin + WIDTH * lane;
    for (long long c = where; c < end; c += WIDTH * LANES * UNROLL) {
        load_all(values, row + c, end - c, vector);
        const float found = greatest_of(values);
        if (found > best || (found != found && best == best)) {
            best = found;
            where = c;
        }
    }
    const float greatest = row_best(best);
    unsigned int column = 0xffffffffu;
    if (where < end && (best == greatest || best != best)) {
        load_all(values, row + where, end - where, vector);
#pragma unroll
        for (int u = UNROLL - 1; u >= 0; u--) {
            const Vector found = unpacked(values[u]);
#pragma unroll
            for (int i = WIDTH - 1; i >= 0; i--) {
                if (found.at[i] == greatest || (found.at[i] != found.at[i] && greatest != greatest)) {
                    column = (unsigned int) where + WIDTH * LANES * u + i;
                }
            }
        }
    }
    column = row_best(column);
    if (inside && lane == 0) {
        if (SPLIT > 1) {
            // Of equal elements the one in the lower column is greater.
            workspace[2 * part] = order(greatest);
            workspace[2 * part + 1] = 0xffffffffu - column;
        } else {
            out[part] = (int) column;
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
