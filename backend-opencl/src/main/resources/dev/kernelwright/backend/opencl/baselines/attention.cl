// A work-group for each head of each query. It takes 64 keys at a time: a work-item makes the score of one key, and
// then sums up every 64th element of the result, in place, scaled anew whenever a greater score turns up.
// @step run grid=batch*q_len*heads block=64
#define CAUSAL 1
#define SCALE 0
#define ITEMS 64

__kernel void run(__global const float *q, __global const float *k, __global const float *v, __global float *out,
        long batch, long q_len, long ctx, long heads, long kv_heads, long head_dim) {
    __local float weights[ITEMS];
    long unit = get_group_id(0);
    int item = get_local_id(0);
    long query = unit / heads % q_len;
    long head = unit % heads / (heads / kv_heads);
    long keys = CAUSAL ? ctx - q_len + query + 1 : ctx;
    long first = (unit / heads / q_len * ctx * kv_heads + head) * head_dim;
    long stride = kv_heads * head_dim;
    float scale = SCALE == 0 ? 1.0f / sqrt((float) head_dim) : (float) SCALE;
    float max_score = -INFINITY;
    float sum = 0.0f;
    for (long d = item; d < head_dim; d += ITEMS) {
        out[unit * head_dim + d] = 0.0f;
    }
    for (long start = 0; start < keys; start += ITEMS) {
        int count = (int) min((long) ITEMS, keys - start);
        barrier(CLK_LOCAL_MEM_FENCE);
        if (item < count) {
            float score = 0.0f;
            for (long d = 0; d < head_dim; d++) {
                score = fma(q[unit * head_dim + d], k[first + (start + item) * stride + d], score);
            }
            weights[item] = score * scale;
        }
        barrier(CLK_LOCAL_MEM_FENCE);
        float new_max = max_score;
        for (int j = 0; j < count; j++) {
            new_max = fmax(new_max, weights[j]);
        }
        // Where every score so far is negative infinity, a difference from it would not be a number.
        float shift = new_max == -INFINITY ? 0.0f : new_max;
        float rescale = exp(max_score - shift);
        max_score = new_max;
        barrier(CLK_LOCAL_MEM_FENCE);
        if (item < count) {
            weights[item] = exp(weights[item] - shift);
        }
        barrier(CLK_LOCAL_MEM_FENCE);
        sum *= rescale;
        for (int j = 0; j < count; j++) {
            sum += weights[j];
        }
        for (long d = item; d < head_dim; d += ITEMS) {
            float value = out[unit * head_dim + d] * rescale;
            for (int j = 0; j < count; j++) {
                value = fma(weights[j], v[first + (start + j) * stride + d], value);
            }
            out[unit * head_dim + d] = value;
        }
    }
    for (long d = item; d < head_dim; d += ITEMS) {
        out[unit * head_dim + d] /= sum;
    }
}
