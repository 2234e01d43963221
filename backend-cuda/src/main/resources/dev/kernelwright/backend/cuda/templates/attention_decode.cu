// Attention in f32 for one query in each sequence: a block has GROUP query heads that share a key head, and one of
// SPLIT parts of the keys, which its warps take UNROLL at a time, a lane having VECTORS vectors of each key and value.
// A warp goes alone until the end of its keys; a second step puts the parts together. A block has 32 * VECTORS vectors
// of each result; where heads are longer, several blocks compute the same scores. RESIDENT is how many blocks a
// multiprocessor is to hold at least.
// @parameter THREADS 128 64 256
// @parameter GROUP 4 1 2 8
// @parameter VECTORS 1 2
// @parameter UNROLL 4 1 2 8
// @parameter RESIDENT 2 4 8
// @parameter SPLIT 8 1 2 4 16 32 64
// @require THREADS * RESIDENT <= 1024
// @require GROUP * VECTORS <= 8 && UNROLL * VECTORS <= 8
// @require GROUP == 4 || GROUP < 2 * (heads / kv_heads)
// @require SPLIT == 8 || SPLIT * 32 <= ctx
// @workspace select(SPLIT > 1, 4 * batch * q_len * heads * SPLIT * (head_dim + 2), 0)
// @step run grid=batch*q_len*kv_heads*ceil_div(heads/kv_heads,GROUP)*ceil_div(head_dim,128*VECTORS);SPLIT block=THREADS
// @step combine grid=select(SPLIT>1,batch*q_len*heads*ceil_div(head_dim,32),0) block=256
#include "../element.cuh"
#define THREADS 128
#define GROUP 4
#define VECTORS 1
#define UNROLL 4
#define SPLIT 8
#define RESIDENT 2
#define SCALE 0
#define HEADS 0
#define KV_HEADS 0
#define HEAD_DIM 0
#define WARPS (THREADS / 32)
#define STRIP (32 * WIDTH)
#define DIMS (STRIP * VECTORS)
#include "../decode.cuh"

__device__ __forceinline__ float dot(const Vector &a, const Vector &b, float sum) {
#pragma unroll
    for (int i = 0; i < WIDTH; i++) {
        sum = fmaf(a.at[i], b.at[i], sum);
    }
    return sum;
}

extern "C" __global__ void __launch_bounds__(THREADS, RESIDENT)
run(const element *__restrict__ q, const element *__restrict__ k, const element *__restrict__ v,
        element *__restrict__ out, float *__restrict__ workspace, long long batch, long long q_len, long long ctx,
        long long heads_argument, long long kv_heads_argument, long long head_dim_argument) {
    __shared__ OfWarps of_warps;
    const long long heads = HEADS ? HEADS : heads_argument;
    const long long kv_heads = KV_HEADS ? KV_HEADS : kv_heads_argument;
    const long long head_dim = HEAD_DIM ? HEAD_DIM : head_dim_argument;
    const int lane = threadIdx.x % 32;
    const int warp = threadIdx.x / 32;

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
    const long long part_keys = (ctx + SPLIT - 1) / SPLIT;
    const long long begin = min(ctx, part * part_keys + warp * UNROLL);
    int left = (int) (min(ctx, (part + 1) * part_keys) - begin);
    const long long stride = kv_heads * head_dim;
    const element *keys = k + ((sequence * ctx + begin) * kv_heads + kv_head) * head_dim + WIDTH * lane;
    const element *values = v + ((sequence * ctx + begin) * kv_heads + kv_head) * head_dim + first_dim + WIDTH * lane;
    const int dims = (int) head_dim - WIDTH * lane;
    const int value_dims = (int) (head_dim - first_dim) - WIDTH * lane;
    const bool vector = head_dim % WIDTH == 0 && is_aligned(q, k, v);
    const float scale = (float) ((SCALE) == 0 ? LOG2_E / sqrtf((float) head_dim) : (SCALE) * LOG2_E);

    Vector own_q[GROUP][VECTORS];
    Vector results[GROUP][VECTORS];
    float maxima[GROUP];
    float sums[GROUP];
#pragma unroll
    for (int g = 0; g < GROUP; g++) {
        maxima[g] = NEGATIVE_INFINITY;
        sums[g] = 0.0f;
#pragma unroll
        for (int i = 0; i < VECTORS; i++) {
            own_q[g][i] = load(q + (first_head + g) * head_dim + WIDTH * lane + STRIP * i,
                    g < own_heads ? dims - STRIP * i : 0, vector);
            results[g][i] = filled(0.0f);
        }
    }
    for (; left > 0; left -= WARPS * UNROLL) {
        Vector own_k[UNROLL][VECTORS];
        Vector own_v[UNROLL][VECTORS];
#pragma unroll
        for (int u = 0; u < UNROLL; u++) {
#pragma unroll
            for (int i = 0; i < VECTORS; i++) {
                own_k[u][i] = load(keys + u * stride + STRIP * i, u < left ? dims - STRIP * i : 0, vector);
                own_v[u][i] = load(values + u * stride + STRIP * i, u < left ? value_dims - STRIP * i : 0, vector);
            }
        }
        float scores[GROUP][UNROLL];
#pragma unroll
        for (int g = 0; g < GROUP; g++) {
#pragma unroll
            for (int u = 0; u < UNROLL; u++) {
                scores[g][u] = 0.0f;
#pragma unroll
                for (int i = 0; i < VECTORS; i++) {
                    scores[g][u] = dot(own_q[g][i], own_k[u][i], scores[g][u]);
                }
            }
        }
        for (long long d = DIMS; d < dims; d += STRIP) {
#pragma unroll
            for (int u = 0; u < UNROLL; u++) {
                const Vector piece = load(keys + u * stride + d, u < left ? (int) (dims - d) : 0, vector);
#pragma unroll
                for (int g = 0; g < GROUP; g++) {
                    scores[g][u] = dot(load(q + (first_head + g) * head_dim + WIDTH * lane + d,
                            g < own_heads ? (int) (dims - d) : 0, vector), piece, scores[g][u]);
                }
            }
        }
#pragma unroll
        for (int g = 0; g < GROUP; g++) {
            float max = maxima[g];
#pragma unroll
            for (int u = 0; u < UNROLL; u++) {
#pragma unroll
                for (int distance = 16; distance > 0; distance /= 2) {
                    scores[g][u] += __shfl_xor_sync(0xffffffff, scores[g][u], distance);
                }
                scores[g][u] = u < left ? scores[g][u] * scale : NEGATIVE_INFINITY;
                max = fmaxf(max, scores[g][u]);
            }
            const float factor = power_of_two(maxima[g] - shift(max));
            maxima[g] = max;
            sums[g] *= factor;
#pragma unroll
            for (int i = 0; i < VECTORS; i++) {
#pragma unroll
                for (int j = 0; j < WIDTH; j++) {
                    results[g][i].at[j] *= factor;
                }
            }
#pragma unroll
            for (int u = 0; u < UNROLL; u++) {
                const float weight = u < left ? power_of_two(scores[g][u] - shift(max)) : 0.0f;
                sums[g] += weight;
#pragma unroll
                for (int i = 0; i < VECTORS; i++) {
#pragma unroll
                    for (int j = 0; j < WIDTH; j++) {
                        results[g][i].at[j] = fmaf(weight, own_v[u][i].at[j], results[g][i].at[j]);
                    }
                }
            }
        }
        keys += WARPS * UNROLL * stride;
        values += WARPS * UNROLL * stride;
    }
#pragma unroll
    for (int g = 0; g < GROUP; g++) {
        if (lane == 0) {
            of_warps.maxima[warp][g] = maxima[g];
            of_warps.sums[warp][g] = sums[g];
        }
#pragma unroll
        for (int i = 0; i < VECTORS; i++) {
#pragma unroll
            for (int j = 0; j < WIDTH; j += 4) {
                *reinterpret_cast<float4 *>(&of_warps.results[warp][g][WIDTH * lane + STRIP * i + j]) =
                        make_float4(results[g][i].at[j], results[g][i].at[j + 1], results[g][i].at[j + 2],
                                results[g][i].at[j + 3]);
            }
        }
    }
    __syncthreads();
    of_warps.put_together(own_heads, first_head, first_dim, head_dim, part, out, workspace);
}
