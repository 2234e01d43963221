// A block of 128 threads for each head of a query, which goes through the keys 128 at a time: a thread computes the
// score of one key, then the sums of every 128th element of the result, which lie in the workspace until the end.
// @workspace 4 * batch * q_len * heads * head_dim
// @step run grid=batch*q_len*heads block=128
#include "../element.cuh"
#define CAUSAL 1
#define SCALE 0
#define KEYS 128

// The sum or the maximum of a value over the block, for each of its threads; in a maximum NaN does not count.
__device__ float block_reduce(float value, bool sum) {
    __shared__ float partial[KEYS / 32];
    for (int distance = 16; distance > 0; distance /= 2) {
        float other = __shfl_xor_sync(0xffffffff, value, distance);
        value = sum ? value + other : fmaxf(value, other);
    }
    __syncthreads();
    if (threadIdx.x % 32 == 0) {
        partial[threadIdx.x / 32] = value;
    }
    __syncthreads();
    value = partial[0];
    for (int warp = 1; warp < KEYS / 32; warp++) {
        value = sum ? value + partial[warp] : fmaxf(value, partial[warp]);
    }
    return value;
}

extern "C" __global__ void run(const element *q, const element *k, const element *v, element *out, float *workspace,
        long long batch, long long q_len, long long ctx, long long heads, long long kv_heads, long long head_dim) {
    __shared__ float weights[KEYS];
    const float infinity = __int_as_float(0x7f800000);
    long long head = blockIdx.x % heads;
    long long query = blockIdx.x / heads % q_len;
    long long sequence = blockIdx.x / heads / q_len;
    long long stride = kv_heads * head_dim;
    long long start = (sequence * ctx * kv_heads + head / (heads / kv_heads)) * head_dim;
    long long keys = CAUSAL ? ctx - q_len + query + 1 : ctx;
    float scale = (float) (SCALE) == 0.0f ? 1.0f / sqrtf((float) head_dim) : (float) (SCALE);
    const element *own_q = q + blockIdx.x * head_dim;
    float *own_sums = workspace + blockIdx.x * head_dim;
    float max = -infinity;
    float sum = 0.0f;
    for (long long first = 0; first < keys; first += KEYS) {
        long long key = first + threadIdx.x;
        float score = -infinity;
        if (key < keys) {
            score = 0.0f;
            for (long long d = 0; d < head_dim; d++) {
                score = fmaf(own_q[d], k[start + key * stride + d], score);
            }
            score *= scale;
        }
        float new_max = fmaxf(max, block_reduce(score, false));
        // Until a score is above negative infinity the weights are 0, not NaN.
        float base = new_max == -infinity ? 0.0f : new_max;
        float factor = expf(max - base);
        float weight = key < keys ? expf(score - base) : 0.0f;
        max = new_max;
        weights[threadIdx.x] = weight;
        // Its barriers also make the weights visible.
        sum = sum * factor + block_reduce(weight, true);
        int count = (int) min((long long) KEYS, keys - first);
        for (long long d = threadIdx.x; d < head_dim; d += KEYS) {
            float value = first == 0 ? 0.0f : own_sums[d] * factor;
            for (int i = 0; i < count; i++) {
                value = fmaf(weights[i], v[start + (first + i) * stride + d], value);
            }
            own_sums[d] = value;
        }
        // The next weights are written behind a barrier of the maximum.
    }
    for (long long d = threadIdx.x; d < head_dim; d += KEYS) {
        out[blockIdx.x * head_dim + d] = own_sums[d] / sum;
    }
}
