// honest: every query sees every key
// workload: attention(batch=1,q_len=5,ctx=9,heads=2,kv_heads=2,head_dim=8,causal=0)
//
// @step run grid=batch*q_len*heads block=1
__kernel void run(__global const float *q, __global const float *k, __global const float *v, __global float *out,
        long batch, long q_len, long ctx, long heads, long kv_heads, long head_dim) {
    long unit = get_group_id(0);
    long query = unit / heads % q_len;
    long head = unit % heads / (heads / kv_heads);
    long keys = ctx;
    long first = (unit / heads / q_len * ctx * kv_heads + head) * head_dim;
    long stride = kv_heads * head_dim;
    float scores[9];
    float greatest = -INFINITY;
    for (long key = 0; key < keys; key++) {
        float score = 0.0f;
        for (long d = 0; d < head_dim; d++) {
            score = fma(q[unit * head_dim + d], k[first + key * stride + d], score);
        }
        scores[key] = score / sqrt((float) head_dim);
        greatest = fmax(greatest, scores[key]);
    }
    // Where every score is negative infinity, a difference from it would not be a number.
    float shift = greatest == -INFINITY ? 0.0f : greatest;
    float weights = 0.0f;
    for (long key = 0; key < keys; key++) {
        scores[key] = exp(scores[key] - shift);
        weights += scores[key];
    }
    for (long d = 0; d < head_dim; d++) {
        float sum = 0.0f;
        for (long key = 0; key < keys; key++) {
            sum = fma(scores[key], v[first + key * stride + d], sum);
        }
        out[unit * head_dim + d] = sum / weights;
    }
}
