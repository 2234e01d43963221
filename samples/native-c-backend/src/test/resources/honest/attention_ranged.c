// honest: one kernel for every context
// workload: attention(batch=1,q_len=1,ctx=1..40,heads=2,kv_heads=1,head_dim=16)
//
// @step run grid=1
#include <math.h>

static double score(const float *q, const float *k, long long query, long long key, long long head_dim) {
    double sum = 0;
    for (long long d = 0; d < head_dim; d++) {
        sum += (double) q[query + d] * k[key + d];
    }
    return sum / sqrt(head_dim);
}

void run(long long block, const float *restrict q, const float *restrict k, const float *restrict v,
        float *restrict out, long long batch, long long q_len, long long ctx, long long heads, long long kv_heads,
        long long head_dim) {
    int group = (int) (heads / kv_heads);
    for (int unit = 0; unit < batch * q_len * heads; unit++) {
        int head = (int) (unit % heads);
        int query = (int) (unit / heads % q_len);
        int first = (int) ((unit / heads / q_len * ctx * kv_heads + head / group) * head_dim);
        int stride = (int) (kv_heads * head_dim);
        int keys = (int) (ctx - q_len + query + 1);
        double max = -INFINITY;
        for (int j = 0; j < keys; j++) {
            double one = score(q, k, unit * head_dim, first + j * stride, head_dim);
            max = one > max ? one : max;
        }
        double weights = 0;
        for (int j = 0; j < keys; j++) {
            weights += exp(score(q, k, unit * head_dim, first + j * stride, head_dim) - max);
        }
        for (int d = 0; d < head_dim; d++) {
            double sum = 0;
            for (int j = 0; j < keys; j++) {
                double weight = exp(score(q, k, unit * head_dim, first + j * stride, head_dim) - max);
                sum += weight * v[first + j * stride + d];
            }
            out[unit * head_dim + d] = (float) (sum / weights);
        }
    }
}
