// Attention in halves on Hopper's tensor cores, in the order of FlashAttention (Dao et al., 2022, arXiv:2205.14135):
// CONSUMERS warpgroups have 64 queries of one head each, and one more warp brings tiles of KEYS keys and values by
// tensor maps to STAGES places of shared memory each. Scores stay in registers; there, as a half and what the half
// leaves of it, are the weights that values are multiplied by. The sum and the results of a row are rescaled as its
// maximum grows ("online softmax", Milakov and Gimelshein, 2018, arXiv:1805.02867). Where a result is not finite, a
// value behind the mask or in two products may be to blame, and the block does its work again, value by value.
// @parameter KEYS 64 128
// @parameter DIMS 128 64
// @parameter CONSUMERS 2 1
// @parameter STAGES 2 3 4 1
// @require DIMS >= head_dim
// @require 2 * DIMS * (64 * CONSUMERS + 2 * STAGES * KEYS) + 1024 * (1 + 4 * CONSUMERS) + 256 <= 232448
// @tensor_map q dims=head_dim;heads;q_len;batch box=64;1;64*CONSUMERS;1 swizzle=128
// @tensor_map k dims=head_dim;kv_heads;ctx;batch box=64;1;KEYS;1 swizzle=128
// @tensor_map v dims=head_dim;kv_heads;ctx;batch box=64;1;KEYS;1 swizzle=128
// @step run grid=batch*heads*ceil_div(q_len,64*CONSUMERS) block=128*CONSUMERS+32 shared=2*DIMS*(64*CONSUMERS+2*STAGES*KEYS)+1024
#include "../element.cuh"
#include "../mma.cuh"
#include "../hopper.cuh"
#define KEYS 64
#define DIMS 128
#define CONSUMERS 2
#define STAGES 2
#define CAUSAL 1
#define SCALE 0
#define HEADS 0
#define KV_HEADS 0
#define HEAD_DIM 0
#define WARPGROUP 128
#define THREADS (WARPGROUP * CONSUMERS + 32)
#define QUERIES (64 * CONSUMERS)
// Keys and values, by turns.
#define PLACES (2 * STAGES)
#define TILE_BYTES (2 * KEYS * DIMS)
#define NEGATIVE_INFINITY (-__int_as_float(0x7f800000))
#define LOG2_E 1.4426950408889634
// Weights are larger by a power of two than exponentials, so that small ones are normal numbers of their type.
#define WEIGHT_EXPONENT (BF16 ? 0 : 15)

// What of the attention a block has. Tiles come in the order in which they are used, keys before values, each to the
// next of PLACES places, of which the barriers `full` and `empty` say whose turn it is.
struct Work {
    long long sequence;
    long long head;
    long long kv_head;
    long long first_query;
    // Query 0 of the block sees the keys up to this one, and each further query one more if there is a mask.
    long long last_key;
    int tiles;
    unsigned int queries;
    unsigned int places;
    unsigned int full;
    unsigned int empty;
    unsigned int have_queries;

    // The number of the t-th tile of keys, or of values, the first time or when all is done again.
    __device__ __forceinline__ int tile(int t, int values, bool again) const {
        return 2 * (t + (again ? tiles : 0)) + values;
    }

    __device__ __forceinline__ unsigned int place(int tile) const {
        return places + tile % PLACES * TILE_BYTES;
    }

    __device__ __forceinline__ void wait_until_full(int tile) const {
        wait_for(full + 8 * (tile % PLACES), tile / PLACES % 2);
    }

    __device__ __forceinline__ void wait_until_empty(int tile) const {
        wait_for(empty + 8 * (tile % PLACES), tile / PLACES % 2 ^ 1);
    }

    // Says that a warp has read a tile.
    __device__ __forceinline__ void release(int tile) const {
        if (threadIdx.x % 32 == 0) {
            arrive(empty + 8 * (tile % PLACES));
        }
    }
};

// Copies queries, keys and values by tensor maps; one thread calls it.
__device__ __forceinline__ void produce(const Work &work, const TensorMap &map_q, const TensorMap &map_k,
        const TensorMap &map_v, bool again) {
    if (!again) {
        arrive_expecting(work.have_queries, 2 * QUERIES * DIMS);
        for (int d = 0; d < DIMS; d += 64) {
            copy_box(work.queries + 2 * QUERIES * d, map_q, d, (int) work.head, (int) work.first_query,
                    (int) work.sequence, work.have_queries);
        }
    }
    for (int t = 0; t < work.tiles; t++) {
        for (int values = 0; values < 2; values++) {
            const int tile = work.tile(t, values, again);
            const unsigned int full = work.full + 8 * (tile % PLACES);
            work.wait_until_empty(tile);
            arrive_expecting(full, TILE_BYTES);
            for (int d = 0; d < DIMS; d += 64) {
                copy_box(work.place(tile) + 2 * KEYS * d, values ? map_v : map_k, d, (int) work.kv_head, t * KEYS,
                        (int) work.sequence, full);
            }
        }
    }
}

// Copies them without tensor maps; a warp calls it.
__device__ __forceinline__ void produce_by_hand(const Work &work, const element *q, const element *k, const element *v,
        long long q_len, long long ctx, long long heads, long long kv_heads, long long head_dim, bool again) {
    if (!again) {
        const element *from = q + ((work.sequence * q_len + work.first_query) * heads + work.head) * head_dim;
        for (int d = 0; d < DIMS; d += 64) {
            copy_by_hand<QUERIES>(work.queries + 2 * QUERIES * d, from + d, heads * head_dim, q_len - work.first_query,
                    head_dim - d);
        }
        publish_shared();
        __syncwarp();
        if (threadIdx.x % 32 == 0) {
            arrive(work.have_queries);
        }
    }
    for (int t = 0; t < work.tiles; t++) {
        const long long key = (long long) t * KEYS;
        for (int values = 0; values < 2; values++) {
            const int tile = work.tile(t, values, again);
            const element *from = (values ? v : k) + ((work.sequence * ctx + key) * kv_heads + work.kv_head) * head_dim;
            work.wait_until_empty(tile);
            for (int d = 0; d < DIMS; d += 64) {
                copy_by_hand<KEYS>(work.place(tile) + 2 * KEYS * d, from + d, kv_heads * head_dim, ctx - key,
                        head_dim - d);
            }
            publish_shared();
            __syncwarp();
            if (threadIdx.x % 32 == 0) {
                arrive(work.full + 8 * (tile % PLACES));
            }
        }
    }
}

// A power of two; 0 for a result below the smallest normal number.
__device__ __forceinline__ float power_of_two(float exponent) {
    float power;
    asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(power) : "f"(exponent));
    return power;
}

// The maximum or the sum over the four lanes of a row.
__device__ __forceinline__ float row_max(float value) {
    value = fmaxf(value, __shfl_xor_sync(0xffffffff, value, 1));
    return fmaxf(value, __shfl_xor_sync(0xffffffff, value, 2));
}

__device__ __forceinline__ float row_sum(float value) {
    value += __shfl_xor_sync(0xffffffff, value, 1);
    return value + __shfl_xor_sync(0xffffffff, value, 2);
}

// Adds the products of weights and values one by one: a value behind the mask is not multiplied by the weight 0, for it
// may be NaN. `limit` is the last key of the tile that the lane's upper row sees; `shared` holds 16 x 16 weights.
__device__ __forceinline__ void add_singly(const float (&weights)[KEYS / 2], unsigned int tile, int limit,
        float (*shared)[16], float (&results)[DIMS / 2]) {
    const int row = threadIdx.x % 32 / 4;
    const int column = threadIdx.x % 4 * 2;
#pragma unroll
    for (int group = 0; group < KEYS / 16; group++) {
#pragma unroll
        for (int i = 0; i < 8; i++) {
            shared[row + i / 2 % 2 * 8][i / 4 * 8 + column + i % 2] = weights[8 * group + i];
        }
        __syncwarp();
#pragma unroll 1
        for (int p = 0; p < 16; p++) {
            const int key = 16 * group + p;
#pragma unroll
            for (int j = 0; j < DIMS / 8; j++) {
                unsigned int word;
                asm volatile("ld.shared.b32 %0, [%1];" : "=r"(word)
                        : "r"(tile + 128 * (KEYS * (j / 8) + key) + 16 * (j % 8 ^ key % 8) + 2 * column) : "memory");
#pragma unroll
                for (int i = 0; i < 4; i++) {
                    if (key <= limit + i / 2 * 8) {
                        results[4 * j + i] = fmaf(shared[row + i / 2 * 8][p], half_in(word, i % 2), results[4 * j + i]);
                    }
                }
            }
        }
        __syncwarp();
    }
}

// A warpgroup's 64 queries. Returns whether one of the thread's results is not finite.
__device__ __forceinline__ bool consume(const Work &work, long long ctx, float scale, float (*shared)[16], element *out,
        long long stride, long long queries, long long head_dim, bool again) {
    const int warpgroup = threadIdx.x / WARPGROUP;
    const int own_query = 64 * warpgroup + threadIdx.x % WARPGROUP / 32 * 16;
    // The last key that the lane's upper row sees; its lower one, eight rows below, sees eight more.
    const long long last_key = work.last_key + (CAUSAL ? own_query + threadIdx.x % 32 / 4 : 0);
    const int below = CAUSAL ? 8 : 0;
    const long long first_limit = work.last_key + (CAUSAL ? 64 * warpgroup : 0);
    const int tiles = (int) min((long long) work.tiles, (first_limit + (CAUSAL ? 63 : 0)) / KEYS + 1);

    float maxima[2] = {NEGATIVE_INFINITY, NEGATIVE_INFINITY};
    float sums[2] = {};
    float results[DIMS / 2] = {};
    wait_for(work.have_queries, 0);
    for (int t = 0; t < tiles; t++) {
        float scores[KEYS / 2] = {};
        settle(scores);
        const int of_keys = work.tile(t, 0, again);
        const int of_values = work.tile(t, 1, again);
        work.wait_until_full(of_keys);
        begin_products();
#pragma unroll
        for (int d = 0; d < DIMS; d += 16) {
            const unsigned int in_row = 2 * (d % 64);
            multiply<0>(scores, describe(work.queries + 128 * (QUERIES * (d / 64) + 64 * warpgroup) + in_row, 1024, 16),
                    describe(work.place(of_keys) + 128 * KEYS * (d / 64) + in_row, 1024, 16));
        }
        commit_products();
        wait_for_products<0>();
        settle(scores);
        work.release(of_keys);

        const long long first_key = (long long) t * KEYS;
        const bool masked = first_key + KEYS - 1 > first_limit;
        const int limit = (int) min(last_key - first_key, (long long) KEYS);
        const int end = (int) min(ctx - first_key, (long long) KEYS);
        float maximum[2] = {maxima[0], maxima[1]};
#pragma unroll
        for (int i = 0; i < KEYS / 2; i++) {
            scores[i] *= scale;
            const int key = i / 4 * 8 + threadIdx.x % 4 * 2 + i % 2;
            if (masked && (key > limit + i / 2 % 2 * below || key >= end)) {
                scores[i] = NEGATIVE_INFINITY;
            }
            maximum[i / 2 % 2] = fmaxf(maximum[i / 2 % 2], scores[i]);
        }
#pragma unroll
        for (int half = 0; half < 2; half++) {
            const float max = row_max(maximum[half]);
            // Until a score is above negative infinity the weights are 0, not NaN.
            const float base = max == NEGATIVE_INFINITY ? 0.0f : max;
            const float factor = power_of_two(maxima[half] - base);
            maxima[half] = max;
            float sum = 0.0f;
#pragma unroll
            for (int i = 0; i < KEYS / 4; i++) {
                const int at = i / 2 * 4 + 2 * half + i % 2;
                scores[at] = power_of_two(scores[at] - base + WEIGHT_EXPONENT);
                sum += scores[at];
            }
            sums[half] = sums[half] * factor + sum;
#pragma unroll
            for (int i = 0; i < DIMS / 4; i++) {
                results[i / 2 * 4 + 2 * half + i % 2] *= factor;
            }
        }

        work.wait_until_full(of_values);
        if (again) {
            add_singly(scores, work.place(of_values), limit, shared, results);
        } else {
            unsigned int high[KEYS / 16][4];
            unsigned int low[KEYS / 16][4];
#pragma unroll
            for (int i = 0; i < KEYS / 4; i++) {
                const unsigned int word = pair(scores[2 * i], scores[2 * i + 1]);
                high[i / 4][i % 4] = word;
                low[i / 4][i % 4] = pair(scores[2 * i] - half_in(word, 0), scores[2 * i + 1] - half_in(word, 1));
            }
            settle(results);
            begin_products();
#pragma unroll
            for (int p = 0; p < KEYS; p += 16) {
                const unsigned long long values = describe(work.place(of_values) + 128 * p, 1024, 128 * KEYS);
                multiply<1>(results, high[p / 16], values);
                multiply<1>(results, low[p / 16], values);
            }
            commit_products();
            wait_for_products<0>();
            settle(results);
        }
        work.release(of_values);
    }
    // Tiles that only the block's other queries see.
    for (int tile = work.tile(tiles, 0, again); tile < work.tile(work.tiles, 0, again); tile++) {
        work.wait_until_full(tile);
        work.release(tile);
    }
    const float factor[2] = {1.0f / row_sum(sums[0]), 1.0f / row_sum(sums[1])};
    bool finite = true;
#pragma unroll
    for (int i = 0; i < DIMS / 2; i++) {
        results[i] *= factor[i / 2 % 2];
        finite &= fabsf(results[i]) < -NEGATIVE_INFINITY;
    }
    write_rows(results, out + own_query * stride, stride, queries - own_query, head_dim);
    return !finite;
}

extern "C" __global__ void __launch_bounds__(THREADS, 1)
run(const element *__restrict__ q, const element *__restrict__ k, const element *__restrict__ v,
        element *__restrict__ out, long long batch, long long q_len, long long ctx, long long heads_argument,
        long long kv_heads_argument, long long head_dim_argument, const __grid_constant__ TensorMap map_q,
        const __grid_constant__ TensorMap map_k, const __grid_constant__ TensorMap map_v) {
    extern __shared__ unsigned char tiles[];
    __shared__ alignas(8) unsigned long long barriers[2 * PLACES + 1];
    __shared__ float weights[4 * CONSUMERS][16][16];
    const long long heads = HEADS ? HEADS : heads_argument;
    const long long kv_heads = KV_HEADS ? KV_HEADS : kv_heads_argument;
    const long long head_dim = HEAD_DIM ? HEAD_DIM : head_dim_argument;

    // The last queries, which have the most keys to see, come first.
    const long long rest = blockIdx.x / heads;
    Work work;
    work.head = blockIdx.x % heads;
    work.kv_head = work.head / (heads / kv_heads);
    work.sequence = rest % batch;
    work.first_query = ((q_len + QUERIES - 1) / QUERIES - 1 - rest / batch) * QUERIES;
    work.last_key = CAUSAL ? ctx - q_len + work.first_query : ctx - 1;
    const long long queries = q_len - work.first_query;
    const long long keys = CAUSAL ? work.last_key + min(queries, (long long) QUERIES) : ctx;
    work.tiles = (int) ((keys + KEYS - 1) / KEYS);
    work.queries = (shared_address(tiles) + 1023) / 1024 * 1024;
    work.places = work.queries + 2 * QUERIES * DIMS;
    work.full = shared_address(barriers);
    work.empty = work.full + 8 * PLACES;
    work.have_queries = work.empty + 8 * PLACES;
    if (threadIdx.x == 0) {
        for (int place = 0; place < PLACES; place++) {
            make_barrier(work.full + 8 * place, 1);
            make_barrier(work.empty + 8 * place, 4 * CONSUMERS);
        }
        make_barrier(work.have_queries, 1);
        publish_barriers();
    }
    __syncthreads();
    const float scale = (float) ((SCALE) == 0 ? LOG2_E / sqrtf((float) head_dim) : (SCALE) * LOG2_E);
    bool again = false;
    do {
        bool special = false;
        if (threadIdx.x < WARPGROUP * CONSUMERS) {
            special = consume(work, ctx, scale, weights[threadIdx.x / 32],
                    out + ((work.sequence * q_len + work.first_query) * heads + work.head) * head_dim, heads * head_dim,
                    queries, head_dim, again);
        } else if (!is_aligned(q, k, v)) {
            produce_by_hand(work, q, k, v, q_len, ctx, heads, kv_heads, head_dim, again);
        } else if (threadIdx.x == WARPGROUP * CONSUMERS) {
            produce(work, map_q, map_k, map_v, again);
        }
        again = __syncthreads_or(special) && !again;
    } while (again);
}
