// honest: causal, the scores of a query in local memory
// workload: attention(batch=2,q_len=5,ctx=9,heads=4,kv_heads=2,head_dim=8)
//
// @step run grid=batch*q_len*heads block=1
extern "C" __global__ void run(const float *q, const float *k, const float *v, float *out,
        long long batch, long long q_len, long long ctx, long long heads, long long kv_heads, long long head_dim) {
    long long unit = blockIdx.x;
    long long query = unit / heads % q_len;
    long long head = unit % heads / (heads / kv_heads);
    long long keys = ctx - q_len + query + 1;
    long long first = (unit / heads / q_len * ctx * kv_heads + head) * head_dim;
    long long stride = kv_heads * head_dim;
    float scores[9];
    float greatest = -__int_as_float(0x7f800000);
    for (long long key = 0; key < keys; key++) {
        float score = 0.0f;
        for (long long d = 0; d < head_dim; d++) {
            score = fmaf(q[unit * head_dim + d], k[first + key * stride + d], score);
        }
        scores[key] = score / sqrtf((float) head_dim);
        greatest = fmaxf(greatest, scores[key]);
    }
    // Where every score is negative infinity, a difference from it would not be a number.
    float shift = greatest == -__int_as_float(0x7f800000) ? 0.0f : greatest;
    float weights = 0.0f;
    for (long long key = 0; key < keys; key++) {
        scores[key] = expf(scores[key] - shift);
        weights += scores[key];
    }
    for (long long d = 0; d < head_dim; d++) {
        float sum = 0.0f;
        for (long long key = 0; key < keys; key++) {
            sum = fmaf(scores[key], v[first + key * stride + d], sum);
        }
        out[unit * head_dim + d] = sum / weights;
    }
}
