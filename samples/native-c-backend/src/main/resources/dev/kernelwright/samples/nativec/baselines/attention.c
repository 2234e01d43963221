// A block for each head of each query: its maximum first, and then the sums, which makes each score twice.
// @step run grid=batch*q_len*heads
#include <math.h>
#define CAUSAL 1
#define SCALE 0

static float score(const float *q, const float *k, long long head_dim) {
    double sum = 0;
    for (long long d = 0; d < head_dim; d++) {
        sum += (double) q[d] * k[d];
    }
    return (float) (sum * (SCALE == 0 ? 1 / sqrt((double) head_dim) : SCALE));
}

void run(long long block, const float *restrict q, const float *restrict k, const float *restrict v,
        float *restrict out, long long batch, long long q_len, long long ctx, long long heads, long long kv_heads,
        long long head_dim) {
    long long query = block / heads % q_len;
    long long keys = CAUSAL ? ctx - q_len + query + 1 : ctx;
    long long stride = kv_heads * head_dim;
    long long first = (block / heads / q_len * ctx * kv_heads + block % heads / (heads / kv_heads)) * head_dim;
    const float *mine = q + block * head_dim;
    float *to = out + block * head_dim;
    float max = -INFINITY;
    for (long long j = 0; j < keys; j++) {
        float s = score(mine, k + first + j * stride, head_dim);
        max = s > max ? s : max;
    }
    for (long long d = 0; d < head_dim; d++) {
        to[d] = 0;
    }
    double sum = 0;
    for (long long j = 0; j < keys; j++) {
        float weight = expf(score(mine, k + first + j * stride, head_dim) - max);
        sum += weight;
        for (long long d = 0; d < head_dim; d++) {
            to[d] += weight * v[first + j * stride + d];
        }
    }
    for (long long d = 0; d < head_dim; d++) {
        to[d] = (float) (to[d] / sum);
    }
}
