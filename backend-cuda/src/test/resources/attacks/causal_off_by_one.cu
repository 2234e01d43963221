// attack: OFF_BY_ONE_EDGE
// workload: attention(batch=1,q_len=8,ctx=8,heads=1,kv_heads=1,head_dim=16)
// expects: WRONG_NUMERICS
// tries: lets each query see one key that comes after it
//
// @step run grid=q_len block=1
extern "C" __global__ void run(const float *q, const float *k, const float *v, float *out,
        long long batch, long long q_len, long long ctx, long long heads, long long kv_heads, long long head_dim) {
    long long query = blockIdx.x;
    long long keys = min(ctx, ctx - q_len + query + 2);
    float greatest = -__int_as_float(0x7f800000);
    float scores[8];
    for (long long key = 0; key < keys; key++) {
        float score = 0.0f;
        for (long long d = 0; d < head_dim; d++) {
            score = fmaf(q[query * head_dim + d], k[key * head_dim + d], score);
        }
        scores[key] = score / sqrtf((float) head_dim);
        greatest = fmaxf(greatest, scores[key]);
    }
    for (long long d = 0; d < head_dim; d++) {
        float weights = 0.0f;
        float sum = 0.0f;
        for (long long key = 0; key < keys; key++) {
            float weight = expf(scores[key] - greatest);
            weights += weight;
            sum = fmaf(weight, v[key * head_dim + d], sum);
        }
        out[query * head_dim + d] = sum / weights;
    }
}
