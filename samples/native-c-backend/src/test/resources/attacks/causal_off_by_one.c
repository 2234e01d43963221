// attack: OFF_BY_ONE_EDGE
// workload: attention(batch=1,q_len=8,ctx=8,heads=1,kv_heads=1,head_dim=16)
// expects: WRONG_NUMERICS
// tries: lets each query see one key that comes after it
//
// @step run grid=1
#include <math.h>

static double score(const float *q, const float *k, long long query, long long key, long long head_dim) {
    double sum = 0;
    for (long long d = 0; d < head_dim; d++) {
        sum += (double) q[query * head_dim + d] * k[key * head_dim + d];
    }
    return sum / sqrt(head_dim);
}

void run(long long block, const float *restrict q, const float *restrict k, const float *restrict v,
        float *restrict out, long long batch, long long q_len, long long ctx, long long heads, long long kv_heads,
        long long head_dim) {
    for (int i = 0; i < q_len; i++) {
        int keys = (int) (ctx < ctx - q_len + i + 2 ? ctx : ctx - q_len + i + 2);
        double max = -INFINITY;
        for (int j = 0; j < keys; j++) {
            double one = score(q, k, i, j, head_dim);
            max = one > max ? one : max;
        }
        for (int d = 0; d < head_dim; d++) {
            double weights = 0;
            double sum = 0;
            for (int j = 0; j < keys; j++) {
                double weight = exp(score(q, k, i, j, head_dim) - max);
                weights += weight;
                sum += weight * v[j * head_dim + d];
            }
            out[i * head_dim + d] = (float) (sum / weights);
        }
    }
}
