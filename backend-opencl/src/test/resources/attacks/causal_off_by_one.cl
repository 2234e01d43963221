// attack: OFF_BY_ONE_EDGE
// workload: attention(batch=1,q_len=8,ctx=8,heads=1,kv_heads=1,head_dim=16)
// expects: WRONG_NUMERICS
// tries: lets each query see one key that comes after it
//
// @step run grid=q_len block=1
__kernel void run(__global const float *q, __global const float *k, __global const float *v, __global float *out,
        long batch, long q_len, long ctx, long heads, long kv_heads, long head_dim) {
    long query = get_group_id(0);
    long keys = min(ctx, ctx - q_len + query + 2);
    float greatest = -INFINITY;
    float scores[8];
    for (long key = 0; key < keys; key++) {
        float score = 0.0f;
        for (long d = 0; d < head_dim; d++) {
            score = fma(q[query * head_dim + d], k[key * head_dim + d], score);
        }
        scores[key] = score / sqrt((float) head_dim);
        greatest = fmax(greatest, scores[key]);
    }
    for (long d = 0; d < head_dim; d++) {
        float weights = 0.0f;
        float sum = 0.0f;
        for (long key = 0; key < keys; key++) {
            float weight = exp(scores[key] - greatest);
            weights += weight;
            sum = fma(weight, v[key * head_dim + d], sum);
        }
        out[query * head_dim + d] = sum / weights;
    }
}
