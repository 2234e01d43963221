// What kernels of attention for one query in each sequence have in common: a warp goes alone through its keys, then a
// block puts together what its WARPS warps have of GROUP heads and DIMS elements of each, and, where each block has one
// of SPLIT parts of the keys, a second step what the blocks have. Maxima are of scores times log2(e).
#define NEGATIVE_INFINITY (-__int_as_float(0x7f800000))
#define LOG2_E 1.4426950408889634
#define COMBINE_WARPS 8

// A power of two; 0 for a result below the smallest normal number.
__device__ __forceinline__ float power_of_two(float exponent) {
    float power;
    asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(power) : "f"(exponent));
    return power;
}

// What to subtract before an exponential: where all is negative infinity yet, weights are to be 0 and not NaN.
__device__ __forceinline__ float shift(float max) {
    return max == NEGATIVE_INFINITY ? 0.0f : max;
}

// What the warps of a block have. The results have not been divided by the sums.
struct OfWarps {
    float maxima[WARPS][GROUP];
    float sums[WARPS][GROUP];
    alignas(16) float results[WARPS][GROUP][DIMS];

    // Writes, or hands to the second step, the results of so many heads, which are elements of a result from first_dim.
    __device__ __forceinline__ void put_together(int heads, long long first_head, long long first_dim,
            long long head_dim, int part, element *out, float *workspace) const {
        for (int index = threadIdx.x; index < heads * DIMS; index += 32 * WARPS) {
            const int head = index / DIMS;
            const int d = index % DIMS;
            if (first_dim + d >= head_dim) {
                continue;
            }
            float max = NEGATIVE_INFINITY;
            for (int warp = 0; warp < WARPS; warp++) {
                max = fmaxf(max, maxima[warp][head]);
            }
            float sum = 0.0f;
            float result = 0.0f;
            for (int warp = 0; warp < WARPS; warp++) {
                const float factor = power_of_two(maxima[warp][head] - shift(max));
                sum = fmaf(sums[warp][head], factor, sum);
                result = fmaf(results[warp][head][d], factor, result);
            }
            if (SPLIT == 1) {
                out[(first_head + head) * head_dim + first_dim + d] = result / sum;
            } else {
                float *to = workspace + ((first_head + head) * SPLIT + part) * (head_dim + 2);
                to[2 + first_dim + d] = result;
                if (first_dim + d == 0) {
                    to[0] = max;
                    to[1] = sum;
                }
            }
        }
    }
};

// A block has 32 elements of a head's result, and each of its warps some of the parts.
extern "C" __global__ void __launch_bounds__(32 * COMBINE_WARPS)
combine(const element *__restrict__ q, const element *__restrict__ k, const element *__restrict__ v,
        element *__restrict__ out, const float *__restrict__ workspace, long long batch, long long q_len, long long ctx,
        long long heads, long long kv_heads, long long head_dim_argument) {
    __shared__ float sums[COMBINE_WARPS][32];
    __shared__ float results[COMBINE_WARPS][32];
    const long long head_dim = HEAD_DIM ? HEAD_DIM : head_dim_argument;
    const long long pieces = (head_dim + 31) / 32;
    const int lane = threadIdx.x % 32;
    const int warp = threadIdx.x / 32;
    const long long head = blockIdx.x / pieces;
    const long long d = blockIdx.x % pieces * 32 + lane;
    const float *parts = workspace + head * (SPLIT * (head_dim + 2));
    float max = NEGATIVE_INFINITY;
    for (int part = lane; part < SPLIT; part += 32) {
        max = fmaxf(max, parts[part * (head_dim + 2)]);
    }
#pragma unroll
    for (int distance = 1; distance < 32; distance *= 2) {
        max = fmaxf(max, __shfl_xor_sync(0xffffffff, max, distance));
    }
    float sum = 0.0f;
    float result = 0.0f;
#pragma unroll
    for (int part = warp; part < SPLIT; part += COMBINE_WARPS) {
        const float *of_part = parts + part * (head_dim + 2);
        const float factor = power_of_two(of_part[0] - shift(max));
        sum = fmaf(of_part[1], factor, sum);
        result = fmaf(d < head_dim ? of_part[2 + d] : 0.0f, factor, result);
    }
    sums[warp][lane] = sum;
    results[warp][lane] = result;
    __syncthreads();
    if (warp == 0 && d < head_dim) {
#pragma unroll
        for (int other = 1; other < COMBINE_WARPS; other++) {
            sum += sums[other][lane];
            result += results[other][lane];
        }
        out[head * head_dim + d] = result / sum;
    }
}
