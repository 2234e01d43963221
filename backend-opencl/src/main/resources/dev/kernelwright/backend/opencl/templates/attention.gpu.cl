// A work-group of 16 x 16 work-items makes 16 TD elements of the results of 16 TM queries that share their keys: a row
// is one head of one query. It takes 16 TK keys at a time and keeps a running maximum, as in Dao et al.,
// "FlashAttention", 2022, arXiv:2205.14135. A work-item has TM x TK scores and TM x TD sums, 16 apart.
//
// Where SPLIT > 1 divides the keys, a share's sums, maximum and sum of weights go to the workspace, and a work-group of
// the second step joins those of one row.
//
// @parameter TM 2 1 4
// @parameter TK 2 4
// @parameter TD 8 4 2 16
// @parameter SPLIT 1 2 4 8 16 32
// @require TM == 2 || TM == 1 || 16 * TM / 2 < q_len * (heads / kv_heads)
// @require TD == 8 || TD < 8 && 8 * TD < head_dim && head_dim <= 16 * TD || TD == 16 && head_dim > 128
// @require TM * TD <= 32
// @require SPLIT == 1 || SPLIT * 32 <= ctx && q_len * (heads / kv_heads) <= 256
// @step run grid=ceil_div(q_len*(heads/kv_heads),16*TM);batch*kv_heads;SPLIT*ceil_div(head_dim,16*TD) block=16;16;1
// @step join grid=select(SPLIT==1,0,batch*q_len*heads) block=32
// @workspace select(SPLIT == 1, 0, 4 * SPLIT * batch * q_len * heads * (head_dim + 2))
#define CAUSAL 1
#define SCALE 0
#define TM 2
#define TK 2
#define TD 8
#define SPLIT 1
#define BM (16 * TM)
#define KEYS (16 * TK)
#define BD 16
#define ITEMS 256

__kernel void run(__global const float *restrict q, __global const float *restrict k, __global const float *restrict v,
        __global float *restrict out, __global float *restrict workspace, long batch, long q_len, long ctx, long heads,
        long kv_heads, long head_dim) {
    // A column more than is needed, so that neighbours use different banks.
    __local float tile_q[BD][BM + 1];
    __local float tile_k[BD][KEYS + 1];
    __local float weights[BM][KEYS + 1];
    __local float max_scores[BM];
    __local float weight_sums[BM];
    __local float rescales[BM];
    int x = get_local_id(0);
    int y = get_local_id(1);
    int item = y * 16 + x;
    long head = get_group_id(1);
    long first = get_group_id(0) * BM;
    long part = get_group_id(2) % SPLIT;
    long dim = get_group_id(2) / SPLIT * (16 * TD);
    long group = heads / kv_heads;
    long rows = q_len * group;
    long stride = kv_heads * head_dim;
    long from = (head / kv_heads * ctx * kv_heads + head % kv_heads) * head_dim;
    // Where the heads of the first of these rows begin; group rows belong to a query.
    long base = head / kv_heads * q_len * heads + head % kv_heads * group;
    float scale = SCALE == 0 ? 1.0f / sqrt((float) head_dim) : (float) SCALE;
    long end = ctx * (part + 1) / SPLIT;
    long last = min(first + BM, rows) - 1;
    long needed = CAUSAL ? min(end, ctx - q_len + last / group + 1) : end;
    long seen[TM];
    float sums[TM][TD];
    #pragma unroll
    for (int r = 0; r < TM; r++) {
        long row = min(first + y + 16 * r, rows - 1);
        seen[r] = CAUSAL ? min(end, ctx - q_len + row / group + 1) : end;
        #pragma unroll
        for (int c = 0; c < TD; c++) {
            sums[r][c] = 0.0f;
        }
    }
    if (item < BM) {
        max_scores[item] = -INFINITY;
        weight_sums[item] = 0.0f;
    }
    for (long start = ctx * part / SPLIT; start < needed; start += KEYS) {
        float scores[TM][TK];
        #pragma unroll
        for (int r = 0; r < TM; r++) {
            #pragma unroll
            for (int c = 0; c < TK; c++) {
                scores[r][c] = 0.0f;
            }
        }
        for (long d = 0; d < head_dim; d += BD) {
            barrier(CLK_LOCAL_MEM_FENCE);
            for (int i = item; i < BM * BD; i += ITEMS) {
                long row = min(first + i / BD, rows - 1);
                long unit = base + row / group * heads + row % group;
                tile_q[i % BD][i / BD] = d + i % BD < head_dim ? q[unit * head_dim + d + i % BD] : 0.0f;
            }
            for (int i = item; i < KEYS * BD; i += ITEMS) {
                long key = min(start + i / BD, ctx - 1);
                tile_k[i % BD][i / BD] = d + i % BD < head_dim ? k[from + key * stride + d + i % BD] : 0.0f;
            }
            barrier(CLK_LOCAL_MEM_FENCE);
            #pragma unroll
            for (int p = 0; p < BD; p++) {
                #pragma unroll
                for (int r = 0; r < TM; r++) {
                    #pragma unroll
                    for (int c = 0; c < TK; c++) {
                        scores[r][c] = fma(tile_q[p][y + 16 * r], tile_k[p][x + 16 * c], scores[r][c]);
                    }
                }
            }
        }
        #pragma unroll
        for (int r = 0; r < TM; r++) {
            #pragma unroll
            for (int c = 0; c < TK; c++) {
                weights[y + 16 * r][x + 16 * c] = start + x + 16 * c < seen[r] ? scores[r][c] * scale : -INFINITY;
            }
        }
        barrier(CLK_LOCAL_MEM_FENCE);
        if (item < BM) {
            float new_max = max_scores[item];
            for (int j = 0; j < KEYS; j++) {
                new_max = fmax(new_max, weights[item][j]);
            }
            // Where every score so far is negative infinity, a difference from it would not be a number.
            float shift = new_max == -INFINITY ? 0.0f : new_max;
            rescales[item] = exp(max_scores[item] - shift);
            max_scores[item] = new_max;
        }
        barrier(CLK_LOCAL_MEM_FENCE);
        for (int i = item; i < BM * KEYS; i += ITEMS) {
            float new_max = max_scores[i / KEYS];
            float shift = new_max == -INFINITY ? 0.0f : new_max;
            weights[i / KEYS][i % KEYS] = exp(weights[i / KEYS][i % KEYS] - shift);
        }
        barrier(CLK_LOCAL_MEM_FENCE);
        if (item < BM) {
            float sum = weight_sums[item] * rescales[item];
            for (int j = 0; j < KEYS; j++) {
                sum += weights[item][j];
            }
            weight_sums[item] = sum;
        }
        #pragma unroll
        for (int r = 0; r < TM; r++) {
            #pragma unroll
            for (int c = 0; c < TD; c++) {
                sums[r][c] *= rescales[y + 16 * r];
            }
        }
        int count = (int) min((long) KEYS, needed - start);
        for (int j = 0; j < count; j++) {
            __global const float *value = v + from + (start + j) * stride;
            float elements[TD];
            #pragma unroll
            for (int c = 0; c < TD; c++) {
                elements[c] = dim + x + 16 * c < head_dim ? value[dim + x + 16 * c] : 0.0f;
            }
            #pragma unroll
            for (int r = 0; r < TM; r++) {
                // A value that a row must not see could be NaN, so that a weight of 0 would not do.
                if (start + j < seen[r]) {
                    #pragma unroll
                    for (int c = 0; c < TD; c++) {
                        sums[r][c] = fma(weights[y + 16 * r][j], elements[c], sums[r][c]);
                    }
                }
            }
        }
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    #pragma unroll
    for (int r = 0; r < TM; r++) {
        long row = first + y + 16 * r;
        if (row < rows) {
            long unit = base + row / group * heads + row % group;
            __global float *share = workspace + (unit * SPLIT + part) * (head_dim + 2);
            __global float *to = SPLIT == 1 ? out + unit * head_dim : share;
            float factor = SPLIT == 1 ? 1.0f / weight_sums[y + 16 * r] : 1.0f;
            #pragma unroll
            for (int c = 0; c < TD; c++) {
                if (dim + x + 16 * c < head_dim) {
                    to[dim + x + 16 * c] = sums[r][c] * factor;
                }
            }
            if (SPLIT > 1 && x == 0 && dim == 0) {
                to[head_dim] = max_scores[y + 16 * r];
                to[head_dim + 1] = weight_sums[y + 16 * r];
            }
        }
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
    float sum = 0.0f;
    for (int part = 0; part < SPLIT; part++) {
        sum = fma(partial[part * stride + head_dim + 1], exp(partial[part * stride + head_dim] - shift), sum);
    }
    for (long d = get_local_id(0); d < head_dim; d += 32) {
        float value = 0.0f;
        for (int part = 0; part < SPLIT; part++) {
            value = fma(partial[part * stride + d], exp(partial[part * stride + head_dim] - shift), value);
        }
        out[unit * head_dim + d] = value / sum;
    }
}
