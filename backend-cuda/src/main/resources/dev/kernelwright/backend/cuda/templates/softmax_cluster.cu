// A cluster of CLUSTER blocks shares a row, which is read once: each thread keeps up to VECTORS vectors of its block's
// part in registers, as they lie in memory, so that there is room for more rows, and takes their exponentials twice.
// Warps tell each other the maximum and the sum of their parts through shared memory, in all blocks at once. What is
// beyond the vectors is read twice.
// @parameter THREADS 256 128 512 1024
// @parameter VECTORS 4 2 8 16
// @parameter CLUSTER 4 1 2 8
// @require THREADS * VECTORS <= 8192
// @require (VECTORS - 1) * THREADS * CLUSTER * select(F32, 4, 8) <= max(cols, 32768)
// @step run grid=rows*CLUSTER block=THREADS cluster=CLUSTER
#include "../element.cuh"
#define THREADS 256
#define VECTORS 4
#define CLUSTER 4
#define COLS 0
#define WARPS (THREADS / 32)
// How many blocks a multiprocessor can have registers for: compilers take more, and leave it too few warps.
#define BLOCKS (65536 / (THREADS * ((F32 ? 36 : 32) + VECTORS * 4)))
#define NEGATIVE_INFINITY (-__int_as_float(0x7f800000))
#define NEGATIVE_INFINITY_BITS (F32 ? 0xff800000 : BF16 ? 0xff80ff80 : 0xfc00fc00)

// A warp has written what the others of the cluster are to read.
__device__ __forceinline__ void arrive() {
    asm volatile("barrier.cluster.arrive.release.aligned;" ::: "memory");
}

// Waits until every thread of the cluster has arrived.
__device__ __forceinline__ void wait() {
    asm volatile("barrier.cluster.wait.acquire.aligned;" ::: "memory");
}

// What a variable in shared memory is in another block of the cluster.
__device__ __forceinline__ float value_in(unsigned int block, const float *variable) {
    float value;
    asm volatile("{ .reg .b32 there; mapa.shared::cluster.u32 there, %1, %2; ld.shared::cluster.f32 %0, [there]; }"
            : "=f"(value) : "r"((unsigned int) __cvta_generic_to_shared(variable)), "r"(block) : "memory");
    return value;
}

// What to subtract before an exponential: where all is negative infinity yet, weights are to be 0 and not NaN.
__device__ __forceinline__ float shift(float max) {
    return max == NEGATIVE_INFINITY ? 0.0f : max;
}

// Exponentials in a unit that is the same for all: for halves 2^-8, so that the instruction, which has no subnormal
// results, has one wherever a half has; its error is far less than that of rounding to a half.
__device__ __forceinline__ Vector exponentials(Vector value, float base) {
#pragma unroll
    for (int i = 0; i < WIDTH; i++) {
#if F32
        value.at[i] = expf(value.at[i] - base);
#else
        asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(value.at[i]) : "f"(fmaf(value.at[i] - base, 1.4426950409f, 8.0f)));
#endif
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

#if !F32
// The greater ones of two pairs of halves; NaN is passed over.
__device__ __forceinline__ unsigned int max_of_pairs(unsigned int a, unsigned int b) {
    unsigned int max;
#if BF16
    asm("max.bf16x2 %0, %1, %2;" : "=r"(max) : "r"(a), "r"(b));
#else
    asm("max.f16x2 %0, %1, %2;" : "=r"(max) : "r"(a), "r"(b));
#endif
    return max;
}
#endif

__device__ __forceinline__ float max_of(uint4 packed) {
#if F32
    return max_of(unpacked(packed));
#else
    const unsigned int pair = max_of_pairs(max_of_pairs(packed.x, packed.y), max_of_pairs(packed.z, packed.w));
    element low;
    element high;
    low.bits = (unsigned short) pair;
    high.bits = (unsigned short) (pair >> 16);
    return fmaxf(low, high);
#endif
}

// Keeps the compiler from having what was computed of a vector in registers, for it needs that again.
__device__ __forceinline__ void forget(uint4 &packed) {
    asm volatile("" : "+r"(packed.x), "+r"(packed.y), "+r"(packed.z), "+r"(packed.w));
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

// The maximum of a part of a row, NaN not counted, and the sum of its exponentials over that.
struct Part {
    float max;
    float sum;
};

// The two parts as one.
__device__ __forceinline__ Part joined(Part a, Part b) {
    const float max = fmaxf(a.max, b.max);
    return {max, a.sum * expf(a.max - shift(max)) + b.sum * expf(b.max - shift(max))};
}

// The parts of the lanes of a warp as one, for each of them.
__device__ __forceinline__ Part of_warp(Part part) {
    float max = part.max;
#pragma unroll
    for (int distance = 16; distance > 0; distance /= 2) {
        max = fmaxf(max, __shfl_xor_sync(0xffffffff, max, distance));
    }
    float sum = part.sum * expf(part.max - shift(max));
#pragma unroll
    for (int distance = 16; distance > 0; distance /= 2) {
        sum += __shfl_xor_sync(0xffffffff, sum, distance);
    }
    return {max, sum};
}

template <bool ALIGNED>
__device__ __forceinline__ void load_kept(uint4 (&packed)[VECTORS], const element *from, int width) {
#pragma unroll
    for (int v = 0; v < VECTORS; v++) {
        const int c = WIDTH * (threadIdx.x + v * THREADS);
        packed[v] = load_packed(from + c, width - c, ALIGNED, NEGATIVE_INFINITY_BITS);
    }
}

template <bool ALIGNED>
__device__ __forceinline__ void store_kept(const uint4 (&packed)[VECTORS], element *to, int width, float max,
        float factor) {
#pragma unroll
    for (int v = 0; v < VECTORS; v++) {
        const int c = WIDTH * (threadIdx.x + v * THREADS);
        store(to + c, width - c, ALIGNED, scaled(exponentials(unpacked(packed[v]), max), factor));
    }
}

extern "C" __global__ void __launch_bounds__(THREADS, BLOCKS < 1 ? 1 : BLOCKS)
run(const element *__restrict__ x, element *__restrict__ out, long long rows, long long cols_argument) {
    __shared__ float maxima[WARPS];
    __shared__ float sums[WARPS];
    const long long cols = COLS ? COLS : cols_argument;
    const bool vector = cols % WIDTH == 0 && is_aligned(x, out);
    // Parts are a multiple of WIDTH, so that each begins aligned; the last ones may be short, or empty.
    const long long part = ((cols + CLUSTER - 1) / CLUSTER + WIDTH - 1) / WIDTH * WIDTH;
    const long long begin = min(cols, blockIdx.x % CLUSTER * part);
    const int width = (int) (min(cols, begin + part) - begin);
    const element *from = x + blockIdx.x / CLUSTER * cols + begin;
    element *to = out + blockIdx.x / CLUSTER * cols + begin;

    uint4 packed[VECTORS];
    if (vector) {
        load_kept<true>(packed, from, width);
    } else {
        load_kept<false>(packed, from, width);
    }
    Part own = {NEGATIVE_INFINITY, 0.0f};
#pragma unroll
    for (int v = 0; v < VECTORS; v++) {
        own.max = fmaxf(own.max, max_of(packed[v]));
        forget(packed[v]);
    }
    const float base = shift(own.max);
#pragma unroll
    for (int v = 0; v < VECTORS; v++) {
        own.sum += sum_of(exponentials(unpacked(packed[v]), base));
        forget(packed[v]);
    }
    const int rest = WIDTH * (threadIdx.x + VECTORS * THREADS);
#pragma unroll 4
    for (long long c = rest; c < width; c += WIDTH * THREADS) {
        const Vector value = load(from + c, width - c, vector, NEGATIVE_INFINITY);
        const float max = max_of(value);
        own = joined(own, {max, sum_of(exponentials(value, shift(max)))});
    }
    const Part part_of_warp = of_warp(own);
    if (threadIdx.x % 32 == 0) {
        maxima[threadIdx.x / 32] = part_of_warp.max;
        sums[threadIdx.x / 32] = part_of_warp.sum;
    }
    arrive();
    wait();
    Part of_row = {NEGATIVE_INFINITY, 0.0f};
#pragma unroll
    for (int warp = 0; warp < CLUSTER * WARPS; warp += 32) {
        const int other = warp + threadIdx.x % 32;
        if (CLUSTER * WARPS % 32 == 0 || other < CLUSTER * WARPS) {
            of_row = joined(of_row, {value_in(other / WARPS, &maxima[other % WARPS]),
                    value_in(other / WARPS, &sums[other % WARPS])});
        }
    }
    // Blocks may end when the others have read.
    arrive();
    of_row = of_warp(of_row);
    const float max = shift(of_row.max);
    const float factor = 1.0f / of_row.sum;
    if (vector) {
        store_kept<true>(packed, to, width, max, factor);
    } else {
        store_kept<false>(packed, to, width, max, factor);
    }
#pragma unroll 4
    for (long long c = rest; c < width; c += WIDTH * THREADS) {
        const Vector value = load(from + c, width - c, vector, NEGATIVE_INFINITY);
        store(to + c, width - c, vector, scaled(exponentials(value, max), factor));
    }
    wait();
}
