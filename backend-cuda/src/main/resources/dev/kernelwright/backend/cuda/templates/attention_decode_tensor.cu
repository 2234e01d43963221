// Attention in halves for one query in each sequence, on tensor cores from registers alone: what it costs is reading
// keys and values once. A block has up to 8 query heads that share a key head, and one of SPLIT parts of the keys,
// which its warps take 16 at a time. Products are of keys by heads and of results by heads ("turned"), so that 8 heads
// are a whole operand. Along the dimensions of a head and along the keys a product may go in any order, so lanes take
// those that lie together, 16 bytes at once, and ask for the next keys and values as soon as they have used the last.
// Weights are split in PIECES halves, which together are as exact as a float. A warp goes alone until the end of its
// keys; a second step puts the parts together. Where a result is not finite, a value in several products may be to
// blame, and the warp does its work again, value by value. Heads longer than DIMS are several blocks', which compute
// the same scores. RESIDENT is how many blocks a multiprocessor is to hold at least.
// @parameter THREADS 128 64 256
// @parameter DIMS 128 64
// @parameter RESIDENT 2 3 1 4 6
// @parameter SPLIT 8 1 2 4 16 32 64 128
// @require THREADS * RESIDENT >= 256 && THREADS * RESIDENT <= 384
// @require DIMS == 128 || head_dim <= 64
// @require SPLIT == 8 || SPLIT * THREADS / 2 <= ctx
// @workspace select(SPLIT > 1, 4 * batch * q_len * heads * SPLIT * (head_dim + 2), 0)
// @step run grid=batch*q_len*kv_heads*ceil_div(heads/kv_heads,8)*ceil_div(head_dim,DIMS);SPLIT block=THREADS
// @step combine grid=select(SPLIT>1,batch*q_len*heads*ceil_div(head_dim,32),0) block=256
#include "../element.cuh"
#include "../mma.cuh"
#define THREADS 128
#define DIMS 128
#define RESIDENT 2
#define SPLIT 8
#define SCALE 0
#define HEADS 0
#define KV_HEADS 0
#define HEAD_DIM 0
#define WARPS (THREADS / 32)
#define GROUP 8
#define KEYS 16
#define PIECES (BF16 ? 3 : 2)
// Weights are larger by a power of two than exponentials, so that small ones are normal numbers of their type.
#define WEIGHT_EXPONENT (BF16 ? 0 : 15)
#include "../decode.cuh"

// Turns 8 x 8 halves: of each row a lane has two neighbours.
__device__ __forceinline__ unsigned int turned(unsigned int word) {
    unsigned int other;
    asm("movmatrix.sync.aligned.m8n8.trans.b16 %0, %1;" : "=r"(other) : "r"(word));
    return other;
}

// Eight elements, as words, of which the first `count` exist; zero stands for the others. Where `aligned` is true all
// exist or none.
__device__ __forceinline__ void fetch(unsigned int (&words)[4], const element *from, int count, bool aligned) {
    if (aligned) {
        const uint4 four = count > 0 ? *reinterpret_cast<const uint4 *>(from) : make_uint4(0, 0, 0, 0);
        words[0] = four.x;
        words[1] = four.y;
        words[2] = four.z;
        words[3] = four.w;
        return;
    }
#pragma unroll
    for (int i = 0; i < 4; i++) {
        const unsigned int low = 2 * i < count ? from[2 * i].bits : 0;
        const unsigned int high = 2 * i + 1 < count ? from[2 * i + 1].bits : 0;
        words[i] = low | high << 16;
    }
}

// What a lane has of 16 keys: of those in its row and 8 below, 8 of every 32 elements.
__device__ __forceinline__ void fetch_keys(unsigned int (&own)[2][DIMS / 32][4], const element *from, long long stride,
        int left, int dims, bool aligned) {
    // Signed, as is what is left: that is negative behind the end.
    const int row = threadIdx.x % 32 / 4;
#pragma unroll
    for (int half = 0; half < 2; half++) {
        const bool exists = row + 8 * half < left;
#pragma unroll
        for (int i = 0; i < DIMS / 32; i++) {
            fetch(own[half][i], from + 8 * half * stride + 32 * i, exists ? dims - 32 * i : 0, aligned);
        }
    }
}

// What a lane has of 16 values: of those that it multiplies, numbers 2 * column and the next, and those 8 further,
// 8 of every 64 elements.
__device__ __forceinline__ void fetch_values(unsigned int (&own)[4][DIMS / 64][4], const element *from,
        long long stride, int left, int dims, bool aligned) {
    const int first = threadIdx.x % 4 * 2;
#pragma unroll
    for (int which = 0; which < 4; which++) {
        const int number = which / 2 * 8 + which % 2;
        const bool exists = first + number < left;
#pragma unroll
        for (int i = 0; i < DIMS / 64; i++) {
            fetch(own[which][i], from + number * stride + 64 * i, exists ? dims - 64 * i : 0, aligned);
        }
    }
}

// Adds the products of 32 elements of 16 keys and of the queries.
__device__ __forceinline__ void add_scores(float (&scores)[4], const unsigned int (&upper)[4],
        const unsigned int (&lower)[4], const unsigned int (&of_q)[4]) {
#pragma unroll
    for (int i = 0; i < 4; i += 2) {
        const unsigned int of_k[4] = {upper[i], lower[i], upper[i + 1], lower[i + 1]};
        multiply(scores, of_k, of_q[i], of_q[i + 1]);
    }
}

// Adds the products of 16 values and their weights. Of the results a lane has, for two heads by turns, 8 neighbours of
// every 64 elements.
__device__ __forceinline__ void add_values(float (&results)[DIMS / 64][4][4], const float (&weights)[4],
        const unsigned int (&values)[4][DIMS / 64][4]) {
    float rest[4] = {weights[0], weights[1], weights[2], weights[3]};
    unsigned int pieces[PIECES][2];
#pragma unroll
    for (int piece = 0; piece < PIECES; piece++) {
#pragma unroll
        for (int half = 0; half < 2; half++) {
            const unsigned int word = pair(rest[2 * half], rest[2 * half + 1]);
            rest[2 * half] -= half_in(word, 0);
            rest[2 * half + 1] -= half_in(word, 1);
            pieces[piece][half] = turned(word);
        }
    }
#pragma unroll
    for (int i = 0; i < DIMS / 64; i++) {
        // Two elements of a value are in a word; a product's operand has one of two values there.
        unsigned int of_v[4][4];
#pragma unroll
        for (int j = 0; j < 4; j++) {
            of_v[j][0] = __byte_perm(values[0][i][j], values[1][i][j], 0x5410);
            of_v[j][1] = __byte_perm(values[0][i][j], values[1][i][j], 0x7632);
            of_v[j][2] = __byte_perm(values[2][i][j], values[3][i][j], 0x5410);
            of_v[j][3] = __byte_perm(values[2][i][j], values[3][i][j], 0x7632);
        }
#pragma unroll
        for (int piece = 0; piece < PIECES; piece++) {
#pragma unroll
            for (int j = 0; j < 4; j++) {
                multiply(results[i][j], of_v[j], pieces[piece][0], pieces[piece][1]);
            }
        }
    }
}

// The same one by one, with whole weights.
__device__ __forceinline__ void add_singly(float (&results)[DIMS / 64][4][4], const float (&weights)[4],
        const element *values, long long stride, int left, int dims, bool aligned) {
    const int row = threadIdx.x % 32 / 4;
    const int column = threadIdx.x % 4;
#pragma unroll
    for (int half = 0; half < 2; half++) {
#pragma unroll 1
        for (int key = 0; key < 8 && key + 8 * half < left; key++) {
            const float weight[2] = {__shfl_sync(0xffffffff, weights[2 * half], 4 * key + column),
                    __shfl_sync(0xffffffff, weights[2 * half + 1], 4 * key + column)};
#pragma unroll
            for (int i = 0; i < DIMS / 64; i++) {
                unsigned int words[4];
                fetch(words, values + (key + 8 * half) * stride + 8 * row + 64 * i, dims - 8 * row - 64 * i, aligned);
#pragma unroll
                for (int j = 0; j < 4; j++) {
#pragma unroll
                    for (int n = 0; n < 4; n++) {
                        results[i][j][n] = fmaf(weight[n % 2], half_in(words[j], n / 2), results[i][j][n]);
                    }
                }
            }
        }
    }
}

extern "C" __global__ void __launch_bounds__(THREADS, RESIDENT)
run(const element *__restrict__ q, const element *__restrict__ k, const element *__restrict__ v,
        element *__restrict__ out, float *__restrict__ workspace, long long batch, long long q_len, long long ctx,
        long long heads_argument, long long kv_heads_argument, long long head_dim_argument) {
    __shared__ OfWarps of_warps;
    const long long heads = HEADS ? HEADS : heads_argument;
    const long long kv_heads = KV_HEADS ? KV_HEADS : kv_heads_argument;
    const long long head_dim = HEAD_DIM ? HEAD_DIM : head_dim_argument;
    const int warp = threadIdx.x / 32;
    const int row = threadIdx.x % 32 / 4;
    const int column = threadIdx.x % 4;

    const long long group = heads / kv_heads;
    const long long groups = (group + GROUP - 1) / GROUP;
    const long long dim_tiles = (head_dim + DIMS - 1) / DIMS;
    const int part = blockIdx.y;
    long long rest = blockIdx.x;
    const long long first_dim = rest % dim_tiles * DIMS;
    rest /= dim_tiles;
    const long long first_of_group = rest % groups * GROUP;
    rest /= groups;
    const long long kv_head = rest % kv_heads;
    const long long sequence = rest / kv_heads;
    const int own_heads = (int) min((long long) GROUP, group - first_of_group);
    const long long first_head = sequence * heads + kv_head * group + first_of_group;
    const long long part_keys = ((ctx + SPLIT - 1) / SPLIT + KEYS - 1) / KEYS * KEYS;
    const long long begin = min(ctx, part * part_keys);
    const int count = (int) (min(ctx, begin + part_keys) - begin);
    const long long stride = kv_heads * head_dim;
    const long long start = ((sequence * ctx + begin) * kv_heads + kv_head) * head_dim;
    const int dims = (int) head_dim - 8 * column;
    const int value_dims = (int) (head_dim - first_dim);
    const bool aligned = head_dim % 8 == 0 && is_aligned(q, k, v);
    const float scale = (float) ((SCALE) == 0 ? LOG2_E / sqrtf((float) head_dim) : (SCALE) * LOG2_E);

    const element *queries = q + (first_head + row) * head_dim + 8 * column;
    unsigned int own_q[DIMS / 32][4];
#pragma unroll
    for (int i = 0; i < DIMS / 32; i++) {
        fetch(own_q[i], queries + 32 * i, row < own_heads ? dims - 32 * i : 0, aligned);
    }
    float maxima[2];
    float sums[2];
    float results[DIMS / 64][4][4];
    bool again = false;
    do {
#pragma unroll
        for (int head = 0; head < 2; head++) {
            maxima[head] = NEGATIVE_INFINITY;
            sums[head] = 0.0f;
        }
#pragma unroll
        for (int i = 0; i < DIMS / 64; i++) {
#pragma unroll
            for (int j = 0; j < 16; j++) {
                results[i][j / 4][j % 4] = 0.0f;
            }
        }
        const element *keys = k + start + (KEYS * warp + row) * stride + 8 * column;
        const element *values = v + start + KEYS * warp * stride + first_dim;
        unsigned int own_k[2][DIMS / 32][4];
        unsigned int own_v[4][DIMS / 64][4];
        int left = count - KEYS * warp;
        fetch_keys(own_k, keys, stride, left, dims, aligned);
        fetch_values(own_v, values + 2 * column * stride + 8 * row, stride, left, value_dims - 8 * row, aligned);
        for (; left > 0; left -= KEYS * WARPS) {
            // Two sums, so that a product need not wait for the one before.
            float scores[4] = {};
            float others[4] = {};
#pragma unroll
            for (int i = 0; i < DIMS / 32; i += 2) {
                add_scores(scores, own_k[0][i], own_k[1][i], own_q[i]);
                add_scores(others, own_k[0][i + 1], own_k[1][i + 1], own_q[i + 1]);
            }
#pragma unroll
            for (int i = 0; i < 4; i++) {
                scores[i] += others[i];
            }
            for (int d = DIMS; d < head_dim; d += 32) {
                unsigned int further[3][4];
                fetch(further[0], keys + d, row < left ? dims - d : 0, aligned);
                fetch(further[1], keys + 8 * stride + d, row + 8 < left ? dims - d : 0, aligned);
                fetch(further[2], queries + d, row < own_heads ? dims - d : 0, aligned);
                add_scores(scores, further[0], further[1], further[2]);
            }
            keys += KEYS * WARPS * stride;
            fetch_keys(own_k, keys, stride, left - KEYS * WARPS, dims, aligned);

#pragma unroll
            for (int head = 0; head < 2; head++) {
                const float upper = row < left ? scores[head] * scale : NEGATIVE_INFINITY;
                const float lower = row + 8 < left ? scores[2 + head] * scale : NEGATIVE_INFINITY;
                float max = fmaxf(maxima[head], fmaxf(upper, lower));
#pragma unroll
                for (int distance = 4; distance < 32; distance *= 2) {
                    max = fmaxf(max, __shfl_xor_sync(0xffffffff, max, distance));
                }
                const float base = shift(max);
                const float factor = power_of_two(maxima[head] - base);
                maxima[head] = max;
                // A key that does not exist has no weight even where the maximum is infinite.
                scores[head] = power_of_two(upper - base + WEIGHT_EXPONENT);
                scores[2 + head] = power_of_two(lower - base + WEIGHT_EXPONENT);
                sums[head] = sums[head] * factor + (scores[head] + scores[2 + head]);
#pragma unroll
                for (int i = 0; i < DIMS / 64; i++) {
#pragma unroll
                    for (int j = 0; j < 8; j++) {
                        results[i][j / 2][j % 2 * 2 + head] *= factor;
                    }
                }
            }
            if (again) {
                add_singly(results, scores, values, stride, left, value_dims, aligned);
            } else {
                add_values(results, scores, own_v);
            }
            values += KEYS * WARPS * stride;
            fetch_values(own_v, values + 2 * column * stride + 8 * row, stride, left - KEYS * WARPS,
                    value_dims - 8 * row, aligned);
        }
        bool finite = true;
#pragma unroll
        for (int i = 0; i < DIMS / 64; i++) {
#pragma unroll
            for (int j = 0; j < 16; j++) {
                finite &= 2 * column + j % 2 >= own_heads || fabsf(results[i][j / 4][j % 4]) < -NEGATIVE_INFINITY;
            }
        }
        again = !again && __any_sync(0xffffffff, !finite);
    } while (again);

#pragma unroll
    for (int head = 0; head < 2; head++) {
#pragma unroll
        for (int distance = 4; distance < 32; distance *= 2) {
            sums[head] += __shfl_xor_sync(0xffffffff, sums[head], distance);
        }
        if (row == 0) {
            of_warps.maxima[warp][2 * column + head] = maxima[head];
            of_warps.sums[warp][2 * column + head] = sums[head];
        }
#pragma unroll
        for (int i = 0; i < DIMS / 64; i++) {
#pragma unroll
            for (int j = 0; j < 4; j += 2) {
                *reinterpret_cast<float4 *>(&of_warps.results[warp][2 * column + head][64 * i + 8 * row + 2 * j]) =
                        make_float4(results[i][j][head], results[i][j][2 + head], results[i][j + 1][head],
                                results[i][j + 1][2 + head]);
            }
        }
    }
    __syncthreads();
    of_warps.put_together(own_heads, first_head, first_dim, head_dim, part, out, workspace);
}
