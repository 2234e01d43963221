// A block of 256 threads, 16 x 16, goes through the keys with QUERIES queries of one head, KEYS keys at a time: scores
// of a tile from pieces of q and k in shared memory, the weights to shared memory, their products with pieces of v. The
// sum and the results of a row are rescaled as its maximum grows ("online softmax", Milakov and Gimelshein, 2018,
// arXiv:1805.02867, in the order of FlashAttention, Dao et al., 2022, arXiv:2205.14135). A block has DIMS elements of
// each result; where heads are longer, several blocks compute the same scores.
// @parameter QUERIES 64 128
// @parameter KEYS 64
// @parameter DIMS 128 64
// @parameter STEP 16 32
// @parameter RESIDENT 2 1
// @require 4 * (KEYS * (QUERIES + 4) + max(STEP * (QUERIES + KEYS + 8), STEP * (DIMS + 4))) <= 49152
// @step run grid=batch*heads*ceil_div(q_len,QUERIES)*ceil_div(head_dim,DIMS) block=256
#include "../element.cuh"
#define QUERIES 64
#define KEYS 64
#define DIMS 128
#define STEP 16
#define RESIDENT 2
#define CAUSAL 1
#define SCALE 0
#define HEADS 0
#define KV_HEADS 0
#define HEAD_DIM 0
#define THREADS 256
#define PAD 4
#define OWN_QUERIES (QUERIES / 16)
#define OWN_KEYS (KEYS / 16)
#define OWN_DIMS (DIMS / 16)
#define LARGER(A, B) ((A) > (B) ? (A) : (B))
#define NEGATIVE_INFINITY (-__int_as_float(0x7f800000))

// Four neighbouring elements, of which the first `count` exist; zero stands for the others.
__device__ __forceinline__ float4 load_four(const element *from, int count, bool vector) {
#if F32
    if (vector) {
        return count > 0 ? *reinterpret_cast<const float4 *>(from) : make_float4(0.0f, 0.0f, 0.0f, 0.0f);
    }
#endif
    return make_float4(count > 0 ? (float) from[0] : 0.0f, count > 1 ? (float) from[1] : 0.0f,
            count > 2 ? (float) from[2] : 0.0f, count > 3 ? (float) from[3] : 0.0f);
}

// Fills shared memory with a piece of ROWS vectors that lie a stride apart: STEP elements of each, turned.
template <int ROWS>
__device__ __forceinline__ void fill_turned(float (*piece)[ROWS + PAD], const element *from, long long stride, int rows,
        int left, bool vector) {
#pragma unroll
    for (int index = threadIdx.x; index < ROWS * STEP / 4; index += THREADS) {
        const int row = index / (STEP / 4);
        const int d = index % (STEP / 4) * 4;
        const float4 four = load_four(from + row * stride + d, row < rows ? left - d : 0, vector);
        piece[d][row] = four.x;
        piece[d + 1][row] = four.y;
        piece[d + 2][row] = four.z;
        piece[d + 3][row] = four.w;
    }
}

// Fills shared memory with a piece of STEP vectors that lie a stride apart: DIMS elements of each.
__device__ __forceinline__ void fill_straight(float (*piece)[DIMS + PAD], const element *from, long long stride,
        int rows, int left, bool vector) {
#pragma unroll
    for (int index = threadIdx.x; index < STEP * DIMS / 4; index += THREADS) {
        const int row = index / (DIMS / 4);
        const int d = index % (DIMS / 4) * 4;
        *reinterpret_cast<float4 *>(&piece[row][d]) =
                load_four(from + row * stride + d, row < rows ? left - d : 0, vector);
    }
}

// COUNT elements of a row of shared memory: fours that lie 64 apart, of which each thread has its own.
template <int COUNT>
__device__ __forceinline__ void take(float (&own)[COUNT], const float *row, int index) {
#pragma unroll
    for (int i = 0; i < COUNT; i += 4) {
        const float4 four = *reinterpret_cast<const float4 *>(row + 16 * i + 4 * index);
        own[i] = four.x;
        own[i + 1] = four.y;
        own[i + 2] = four.z;
        own[i + 3] = four.w;
    }
}

// Which row or column of a tile a thread's i-th one is.
__device__ __forceinline__ int place(int i, int index) {
    return i / 4 * 64 + 4 * index + i % 4;
}

// Adds the products of STEP keys' weights and values. If not all queries see all of them, `limit` is the last key that
// query 0 sees: a value is not multiplied by the weight 0, for it may be NaN.
template <bool WHOLE>
__device__ __forceinline__ void accumulate(const float (*weights)[QUERIES + PAD], const float (*of_v)[DIMS + PAD],
        int x, int y, int limit, float (&results)[OWN_QUERIES][OWN_DIMS]) {
#pragma unroll
    for (int p = 0; p < STEP; p++) {
        float own_weights[OWN_QUERIES];
        float own_v[OWN_DIMS];
        take(own_weights, weights[p], y);
        take(own_v, of_v[p], x);
#pragma unroll
        for (int i = 0; i < OWN_QUERIES; i++) {
            if (WHOLE || p <= limit + place(i, y)) {
#pragma unroll
                for (int j = 0; j < OWN_DIMS; j++) {
                    results[i][j] = fmaf(own_weights[i], own_v[j], results[i][j]);
                }
            }
        }
    }
}

extern "C" __global__ void __launch_bounds__(THREADS, RESIDENT)
run(const element *__restrict__ q, const element *__restrict__ k, const element *__restrict__ v,
        element *__restrict__ out, long long batch, long long q_len, long long ctx, long long heads_argument,
        long long kv_heads_argument, long long head_dim_argument) {
    __shared__ __align__(16) float weights[KEYS][QUERIES + PAD];
    __shared__ __align__(16) float pieces[LARGER(STEP * (QUERIES + KEYS + 2 * PAD), STEP * (DIMS + PAD))];
    float (*of_q)[QUERIES + PAD] = reinterpret_cast<float (*)[QUERIES + PAD]>(pieces);
    float (*of_k)[KEYS + PAD] = reinterpret_cast<float (*)[KEYS + PAD]>(pieces + STEP * (QUERIES + PAD));
    // In the same place as the other two, which are not needed at the same time.
    float (*of_v)[DIMS + PAD] = reinterpret_cast<float (*)[DIMS + PAD]>(pieces);

    const long long heads = HEADS ? HEADS : heads_argument;
    const long long kv_heads = KV_HEADS ? KV_HEADS : kv_heads_argument;
    const long long head_dim = HEAD_DIM ? HEAD_DIM : head_dim_argument;
    const int x = threadIdx.x % 16;
    const int y = threadIdx.x / 16;

    // The last queries, which have the most keys to see, come first.
    const long long tiles = (q_len + QUERIES - 1) / QUERIES;
    long long rest = blockIdx.x;
    const long long head = rest % heads;
    rest /= heads;
    const long long sequence = rest % batch;
    rest /= batch;
    const long long dim_tiles = (head_dim + DIMS - 1) / DIMS;
    const long long first_dim = rest % dim_tiles * DIMS;
    const long long first_query = (tiles - 1 - rest / dim_tiles) * QUERIES;

    const int queries = (int) min((long long) QUERIES, q_len - first_query);
    const long long query_stride = heads * head_dim;
    const long long key_stride = kv_heads * head_dim;
    const long long start = ((sequence * q_len + first_query) * heads + head) * head_dim;
    const long long start_of_keys = (sequence * ctx * kv_heads + head / (heads / kv_heads)) * head_dim;
    const bool vector = F32 && head_dim % 4 == 0 && is_aligned(q, k, v, out);
    const float scale = (float) (SCALE) == 0.0f ? 1.0f / sqrtf((float) head_dim) : (float) (SCALE);
    // Query 0 of the block sees the keys up to this one, and each further query one more.
    const unsigned int last_key = (unsigned int) (CAUSAL ? ctx - q_len + first_query : ctx - 1);
    const unsigned int keys = CAUSAL ? last_key + queries : last_key + 1;

    float maxima[OWN_QUERIES];
    float sums[OWN_QUERIES];
    float results[OWN_QUERIES][OWN_DIMS] = {};
#pragma unroll
    for (int i = 0; i < OWN_QUERIES; i++) {
        maxima[i] = NEGATIVE_INFINITY;
        sums[i] = 0.0f;
    }
    for (unsigned int first_key = 0; first_key < keys; first_key += KEYS) {
        float scores[OWN_QUERIES][OWN_KEYS] = {};
        for (long long d = 0; d < head_dim; d += STEP) {
            __syncthreads();
            const int left = (int) (head_dim - d);
            fill_turned<QUERIES>(of_q, q + start + d, query_stride, queries, left, vector);
            fill_turned<KEYS>(of_k, k + start_of_keys + first_key * key_stride + d, key_stride,
                    (int) min(keys - first_key, (unsigned int) KEYS), left, vector);
            __syncthreads();
#pragma unroll
            for (int p = 0; p < STEP; p++) {
                float own_q[OWN_QUERIES];
                float own_k[OWN_KEYS];
                take(own_q, of_q[p], y);
                take(own_k, of_k[p], x);
#pragma unroll
                for (int i = 0; i < OWN_QUERIES; i++) {
#pragma unroll
                    for (int j = 0; j < OWN_KEYS; j++) {
                        scores[i][j] = fmaf(own_q[i], own_k[j], scores[i][j]);
                    }
                }
            }
        }
#pragma unroll
        for (int i = 0; i < OWN_QUERIES; i++) {
            // The last key of the tile that the query sees; below 0 if none. Rows without a query see all there are.
            const int limit = min((int) (last_key - first_key) + (CAUSAL ? place(i, y) : 0),
                    (int) (keys - 1 - first_key));
            float max = maxima[i];
#pragma unroll
            for (int j = 0; j < OWN_KEYS; j++) {
                scores[i][j] = place(j, x) <= limit ? scores[i][j] * scale : NEGATIVE_INFINITY;
                max = fmaxf(max, scores[i][j]);
            }
            // The 16 threads of a row are half a warp.
#pragma unroll
            for (int distance = 8; distance > 0; distance /= 2) {
                max = fmaxf(max, __shfl_xor_sync(0xffffffff, max, distance));
            }
            // Until a score is above negative infinity the weights are 0, not NaN.
            const float base = max == NEGATIVE_INFINITY ? 0.0f : max;
            const float factor = expf(maxima[i] - base);
            maxima[i] = max;
            float sum = 0.0f;
#pragma unroll
            for (int j = 0; j < OWN_KEYS; j++) {
                // A key that is not seen has no weight even where the maximum is infinite.
                scores[i][j] = place(j, x) <= limit ? expf(scores[i][j] - base) : 0.0f;
                sum += scores[i][j];
            }
#pragma unroll
            for (int distance = 8; distance > 0; distance /= 2) {
                sum += __shfl_xor_sync(0xffffffff, sum, distance);
            }
            sums[i] = sums[i] * factor + sum;
#pragma unroll
            for (int j = 0; j < OWN_DIMS; j++) {
                results[i][j] *= factor;
            }
        }
#pragma unroll
        for (int j = 0; j < OWN_KEYS; j++) {
#pragma unroll
            for (int i = 0; i < OWN_QUERIES; i += 4) {
                *reinterpret_cast<float4 *>(&weights[place(j, x)][place(i, y)]) =
                        make_float4(scores[i][j], scores[i + 1][j], scores[i + 2][j], scores[i + 3][j]);
            }
        }
        const bool whole = first_key + KEYS - 1 <= last_key;
        const int count = (int) min(keys - first_key, (unsigned int) KEYS);
        for (int first = 0; first < count; first += STEP) {
            __syncthreads();
            fill_straight(of_v, v + start_of_keys + (first_key + first) * key_stride + first_dim, key_stride,
                    count - first, (int) (head_dim - first_dim), vector);
            __syncthreads();
            if (whole) {
                accumulate<true>(weights + first, of_v, x, y, 0, results);
            } else {
                accumulate<false>(weights + first, of_v, x, y, (int) (last_key - first_key) - first, results);
            }
        }
    }
#pragma unroll
    for (int i = 0; i < OWN_QUERIES; i++) {
        if (place(i, y) < queries) {
            element *to = out + start + place(i, y) * query_stride;
#pragma unroll
            for (int j = 0; j < OWN_DIMS; j += 4) {
                const long long d = first_dim + place(j, x);
                const float4 four = make_float4(results[i][j] / sums[i], results[i][j + 1] / sums[i],
                        results[i][j + 2] / sums[i], results[i][j + 3] / sums[i]);
                if (vector && d < head_dim) {
                    *reinterpret_cast<float4 *>(to + d) = four;
                } else {
                    const float values[4] = {four.x, four.y, four.z, four.w};
#pragma unroll
                    for (int l = 0; l < 4; l++) {
                        if (d + l < head_dim) {
                            to[d + l] = values[l];
                        }
                    }
                }
            }
        }
    }
}
