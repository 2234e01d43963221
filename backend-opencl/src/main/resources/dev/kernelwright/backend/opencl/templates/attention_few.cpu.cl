// For few queries, whose keys are used too seldom to be worth copying. A work-item, alone in its work-group, takes MR
// queries that share their keys (a row is one head of one query) through its share of the keys, 64 at a time, and keeps
// a running maximum. It leaves every row's sums, maximum and sum of weights in the workspace, and a work-item of the
// second step joins the SPLIT shares of one row.
//
// @parameter MR 4 1 2 8
// @parameter SPLIT 2 1 4 8 16 32
// @require MR == 4 || MR / 2 < q_len * (heads / kv_heads)
// @require SPLIT == 2 || SPLIT * 32 <= ctx
// @step run grid=ceil_div(q_len*(heads/kv_heads),MR);batch*kv_heads;SPLIT block=1;1;1
// @step join grid=batch*q_len*heads block=1
// @workspace 4 * SPLIT * batch * q_len * heads * (head_dim + 2)
#define CAUSAL 1
#define SCALE 0
#define MR 4
#define SPLIT 2
#define KEYS 64

static float add_lanes(float16 v) {
    float8 v8 = v.lo + v.hi;
    float4 v4 = v8.lo + v8.hi;
    float2 v2 = v4.lo + v4.hi;
    return v2.x + v2.y;
}

/** Returns the product of two vectors; they are as long as a head, which need not be whole vectors of the processor. */
static float dot_product(__global const float *a, __global const float *b, long length) {
    float16 sums = 0.0f;
    long d = 0;
    for (; d + 16 <= length; d += 16) {
        sums = fma(vload16(0, a + d), vload16(0, b + d), sums);
    }
    float sum = add_lanes(sums);
    for (; d < length; d++) {
        sum = fma(a[d], b[d], sum);
    }
    return sum;
}

/** Scales a row's sums and adds the weighted values of some keys. */
static void add_values(__global float *to, float rescale, const float *weights, int count, __global const float *values,
        long stride, long length) {
    long d = 0;
    for (; d + 64 <= length; d += 64) {
        float16 sums[4];
        #pragma unroll
        for (int v = 0; v < 4; v++) {
            sums[v] = vload16(v, to + d) * rescale;
        }
        for (int j = 0; j < count; j++) {
            #pragma unroll
            for (int v = 0; v < 4; v++) {
                sums[v] = fma((float16) weights[j], vload16(v, values + j * stride + d), sums[v]);
            }
        }
        #pragma unroll
        for (int v = 0; v < 4; v++) {
            vstore16(sums[v], v, to + d);
        }
    }
    for (; d + 16 <= length; d += 16) {
        float16 sum = vload16(0, to + d) * rescale;
        for (int j = 0; j < count; j++) {
            sum = fma((float16) weights[j], vload16(0, values + j * stride + d), sum);
        }
        vstore16(sum, 0, to + d);
    }
    for (; d < length; d++) {
        float sum = to[d] * rescale;
        for (int j = 0; j < count; j++) {
            sum = fma(weights[j], values[j * stride + d], sum);
        }
        to[d] = sum;
    }
}

__kernel void run(__global const float *restrict q, __global const float *restrict k, __global const float *restrict v,
        __global float *out, __global float *restrict workspace, long batch, long q_len, long ctx, long heads,
        long kv_heads, long head_dim) {
    long head = get_group_id(1);
    long first = get_group_id(0) * MR;
    long part = get_group_id(2);
    long group = heads / kv_heads;
    int count = (int) min((long) MR, q_len * group - first);
    long from = (head / kv_heads * ctx * kv_heads + head % kv_heads) * head_dim;
    long stride = kv_heads * head_dim;
    long end = ctx * (part + 1) / SPLIT;
    float scale = SCALE == 0 ? 1.0f / sqrt((float) head_dim) : (float) SCALE;
    __global float *partial[MR];
    __global const float *rows[MR];
    long seen[MR];
    float max_scores[MR];
    float weight_sums[MR];
    for (int r = 0; r < count; r++) {
        long row = first + r;
        long unit = (head / kv_heads * q_len + row / group) * heads + head % kv_heads * group + row % group;
        rows[r] = q + unit * head_dim;
        partial[r] = workspace + (unit * SPLIT + part) * (head_dim + 2);
        seen[r] = min(end, CAUSAL ? ctx - q_len + row / group + 1 : ctx);
        max_scores[r] = -INFINITY;
        weight_sums[r] = 0.0f;
        for (long d = 0; d < head_dim; d++) {
            partial[r][d] = 0.0f;
        }
    }
    for (long start = ctx * part / SPLIT; start < end; start += KEYS) {
        __global const float *keys = k + from + start * stride;
        for (int r = 0; r < count; r++) {
            int length = (int) min((long) KEYS, seen[r] - start);
            if (length <= 0) {
                continue;
            }
            float weights[KEYS];
            float new_max = max_scores[r];
            for (int j = 0; j < length; j++) {
                weights[j] = dot_product(rows[r], keys + j * stride, head_dim) * scale;
                new_max = fmax(new_max, weights[j]);
            }
            for (int j = length; j < KEYS; j++) {
                weights[j] = -INFINITY;
            }
            // Where every score so far is negative infinity, a difference from it would not be a number.
            float shift = new_max == -INFINITY ? 0.0f : new_max;
            float rescale = exp(max_scores[r] - shift);
            max_scores[r] = new_max;
            float16 sums = 0.0f;
            for (int j = 0; j < KEYS / 16; j++) {
                float16 weight = exp(vload16(j, weights) - shift);
                vstore16(weight, j, weights);
                sums += weight;
            }
            weight_sums[r] = weight_sums[r] * rescale + add_lanes(sums);
            add_values(partial[r], rescale, weights, length, v + from + start * stride, stride, head_dim);
        }
    }
    for (int r = 0; r < count; r++) {
        partial[r][head_dim] = max_scores[r];
        partial[r][head_dim + 1] = weight_sums[r];
    }
}

__kernel void join(__global const float *q, __global const float *k, __global const float *v,
        __global float *restrict out, __global const float *restrict workspace, long batch, long q_len, long ctx,
        long heads, long kv_heads, long head_dim) {
    long unit = get_group_id(0);
    long stride = head_dim + 2;
    __global const float *partial = workspace + unit * SPLIT * stride;
    float max_score = -INFINITY;
    for (int part = 0; part < SPLIT; part++) {
        max_score = fmax(max_score, partial[part * stride + head_dim]);
    }
    float shift = max_score == -INFINITY ? 0.0f : max_score;
    float factors[SPLIT];
    float sum = 0.0f;
    for (int part = 0; part < SPLIT; part++) {
        factors[part] = exp(partial[part * stride + head_dim] - shift);
        sum = fma(partial[part * stride + head_dim + 1], factors[part], sum);
    }
    float factor = 1.0f / sum;
    for (long d = 0; d < head_dim; d++) {
        float value = 0.0f;
        for (int part = 0; part < SPLIT; part++) {
            value = fma(partial[part * stride + d], factors[part], value);
        }
        out[unit * head_dim + d] = value * factor;
    }
}
