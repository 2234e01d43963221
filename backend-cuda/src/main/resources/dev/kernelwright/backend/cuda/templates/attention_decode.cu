// For one query in each sequence: a block has GROUP query heads that share a key head, and one of SPLIT parts of the
// keys, which its warps take UNROLL at a time, a lane having VECTORS vectors of each key and value. A warp goes alone
// until the end of its keys; a second step puts the parts together. A block has 128 * VECTORS elements of each result;
// where heads are longer, several blocks compute the same scores. RESIDENT is how many blocks a multiprocessor is to
// hold at least.
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
// @step combine grid=select(SPLIT>1,batch*q_len*heads,0) block=128
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
#define DIMS (128 * VECTORS)
#define NEGATIVE_INFINITY (-__int_as_float(0x7f800000))

// Four neighbouring elements, of which the first `count` exist; zero stands for the others.
__device__ __forceinline__ float4 load(const float *from, int count, bool vector) {
    if (vector) {
        return count > 0 ? *reinterpret_cast<const float4 *>(from) : make_float4(0.0f, 0.0f, 0.0f, 0.0f);
    }
    return make_float4(count > 0 ? from[0] : 0.0f, count > 1 ? from[1] : 0.0f, count > 2 ? from[2] : 0.0f,
            count > 3 ? from[3] : 0.0f);
}

__device__ __forceinline__ float dot(float4 a, float4 b, float sum) {
    return fmaf(a.w, b.w, fmaf(a.z, b.z, fmaf(a.y, b.y, fmaf(a.x, b.x, sum))));
}

// What to subtract before an exponential: where all is negative infinity yet, weights are to be 0 and not NaN.
__device__ __forceinline__ float shift(float max) {
    return max == NEGATIVE_INFINITY ? 0.0f : max;
}

extern "C" __global__ void __launch_bounds__(THREADS, RESIDENT)
run(const float *__restrict__ q, const float *__restrict__ k, const float *__restrict__ v, float *__restrict__ out,
        float *__restrict__ workspace, long long batch, long long q_len, long long ctx, long long heads_argument,
        long long kv_heads_argument, long long head_dim_argument) {
    __shared__ float maxima_of_warps[WARPS][GROUP];
    __shared__ float sums_of_warps[WARPS][GROUP];
    __shared__ __align__(16) float results_of_warps[WARPS][GROUP][DIMS];
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
    const float *keys = k + ((sequence * ctx + begin) * kv_heads + kv_head) * head_dim + 4 * lane;
    const float *values = v + ((sequence * ctx + begin) * kv_heads + kv_head) * head_dim + first_dim + 4 * lane;
    const int dims = (int) head_dim - 4 * lane;
    const int value_dims = (int) (head_dim - first_dim) - 4 * lane;
    const bool vector = head_dim % 4 == 0
            && (reinterpret_cast<unsigned long long>(q) | reinterpret_cast<unsigned long long>(k)
                    | reinterpret_cast<unsigned long long>(v)) % 16 == 0;
    const float scale = (float) (SCALE) == 0.0f ? 1.0f / sqrtf((float) head_dim) : (float) (SCALE);

    float4 own_q[GROUP][VECTORS];
    float4 results[GROUP][VECTORS];
    float maxima[GROUP];
    float sums[GROUP];
#pragma unroll
    for (int g = 0; g < GROUP; g++) {
        maxima[g] = NEGATIVE_INFINITY;
        sums[g] = 0.0f;
#pragma unroll
        for (int i = 0; i < VECTORS; i++) {
            own_q[g][i] = load(q + (first_head + g) * head_dim + 4 * lane + 128 * i,
                    g < own_heads ? dims - 128 * i : 0, vector);
            results[g][i] = make_float4(0.0f, 0.0f, 0.0f, 0.0f);
        }
    }
    for (; left > 0; left -= WARPS * UNROLL) {
        float4 own_k[UNROLL][VECTORS];
        float4 own_v[UNROLL][VECTORS];
#pragma unroll
        for (int u = 0; u < UNROLL; u++) {
#pragma unroll
            for (int i = 0; i < VECTORS; i++) {
                own_k[u][i] = load(keys + u * stride + 128 * i, u < left ? dims - 128 * i : 0, vector);
                own_v[u][i] = load(values + u * stride + 128 * i, u < left ? value_dims - 128 * i : 0, vector);
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
        for (long long d = DIMS; d < dims; d += 128) {
#pragma unroll
            for (int u = 0; u < UNROLL; u++) {
                const float4 four = load(keys + u * stride + d, u < left ? (int) (dims - d) : 0, vector);
#pragma unroll
                for (int g = 0; g < GROUP; g++) {
                    scores[g][u] = dot(load(q + (first_head + g) * head_dim + 4 * lane + d,
                            g < own_heads ? (int) (dims - d) : 0, vector), four, scores[g][u]);
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
            const float factor = expf(maxima[g] - shift(max));
            maxima[g] = max;
            sums[g] *= factor;
#pragma unroll
            for (int i = 0; i < VECTORS; i++) {
                results[g][i].x *= factor;
                results[g][i].y *= factor;
                results[g][i].z *= factor;
                results[g][i].w *= factor;
            }
#pragma unroll
            for (int u = 0; u < UNROLL; u++) {
                const float weight = u < left ? expf(scores[g][u] - shift(max)) : 0.0f;
                sums[g] += weight;
#pragma unroll
                for (int i = 0; i < VECTORS; i++) {
                    results[g][i].x = fmaf(weight, own_v[u][i].x, results[g][i].x);
                    results[g][i].y = fmaf(weight, own_v[u][i].y, results[g][i].y);
                    results[g][i].z = fmaf(weight, own_v[u][i].z, results[g][i].z);
                    results[g][i].w = fmaf(weight, own_v[u][i].w, results[g][i].w);
                }
            }
        }
        keys += WARPS * UNROLL * stride;
        values += WARPS * UNROLL * stride;
    }
#pragma unroll
    for (int g = 0; g < GROUP; g++) {
        if (lane == 0) {
            maxima_of_warps[warp][g] = maxima[g];
            sums_of_warps[warp][g] = sums[g];
        }
#pragma unroll
        for (int i = 0; i < VECTORS; i++) {
            *reinterpret_cast<float4 *>(&results_of_warps[warp][g][4 * lane + 128 * i]) = results[g][i];
        }
    }
    __syncthreads();
    for (int index = threadIdx.x; index < own_heads * DIMS; index += THREADS) {
        const int g = index / DIMS;
        const int d = index % DIMS;
        if (first_dim + d >= head_dim) {
            continue;
        }
        float max = NEGATIVE_INFINITY;
        for (int w = 0; w < WARPS; w++) {
            max = fmaxf(max, maxima_of_warps[w][g]);
        }
        float sum = 0.0f;
        float result = 0.0f;
        for (int w = 0; w < WARPS; w++) {
            const float factor = expf(maxima_of_warps[w][g] - shift(max));
            sum = fmaf(sums_of_warps[w][g], factor, sum);
            result = fmaf(results_of_warps[w][g][d], factor, result);
        }
        if (SPLIT == 1) {
            out[(first_head + g) * head_dim + first_dim + d] = result / sum;
        } else {
            float *to = workspace + ((first_head + g) * SPLIT + part) * (head_dim + 2);
            to[2 + first_dim + d] = result;
            if (first_dim + d == 0) {
                to[0] = max;
                to[1] = sum;
            }
        }
    }
}

extern "C" __global__ void __launch_bounds__(128)
combine(const float *__restrict__ q, const float *__restrict__ k, const float *__restrict__ v, float *__restrict__ out,
        const float *__restrict__ workspace, long long batch, long long q_len, long long ctx, long long heads,
        long long kv_heads, long long head_dim_argument) {
    const long long head_dim = HEAD_DIM ? HEAD_DIM : head_dim_argument;
    const float *parts = workspace + blockIdx.x * (SPLIT * (head_dim + 2));
    float max = NEGATIVE_INFINITY;
    for (int part = 0; part < SPLIT; part++) {
        max = fmaxf(max, parts[part * (head_dim + 2)]);
    }
    for (long long d = threadIdx.x; d < head_dim; d += 128) {
        float sum = 0.0f;
        float result = 0.0f;
#pragma unroll 8
        for (int part = 0; part < SPLIT; part++) {
            const float *of_part = parts + part * (head_dim + 2);
            const float factor = expf(of_part[0] - shift(max));
            sum = fmaf(of_part[1], factor, sum);
            result = fmaf(of_part[2 + d], factor, result);
        }
        out[blockIdx.x * head_dim + d] = result / sum;
    }
}
