// A work-item, alone in its work-group, makes the results of MR x TILES queries that share their keys: a row is one
// head of one query, and the heads of a group follow each other. It takes KEYS keys at a time and keeps a running
// maximum, as in Dao et al., "FlashAttention", 2022, arXiv:2205.14135. The step before copies the keys, transposed, and
// the values, padded to whole vectors: a work-item of it copies KEYS of each.
//
// The workspace holds the copies and then the sums of every row, head_dim padded to WIDTH. Rows beyond the last are the
// last once more, and are not written.
//
// @parameter MR 6 4 8
// @parameter TILES 8 2 4 1 16
// @parameter KEYS 64 128 256
// @parameter DV 4 2 3
// @require MR * DV <= 24
// @require TILES == 8 || MR * TILES / 2 < q_len * (heads / kv_heads)
// @require KEYS == 64 || KEYS < ctx
// @require DV == 4 || head_dim % 64 != 0
// @step pack grid=ceil_div(ctx,KEYS);batch*kv_heads block=1;1
// @step run grid=ceil_div(q_len*(heads/kv_heads),MR*TILES);batch*kv_heads block=1;1
// @workspace 64*DV*batch*kv_heads*ceil_div(head_dim,16*DV)*(2*(ctx+KEYS)+q_len*(heads/kv_heads)+MR*TILES)
#define CAUSAL 1
#define SCALE 0
#define MR 6
#define TILES 8
#define KEYS 64
#define DV 4
#define ROWS (MR * TILES)
#define WIDTH ((head_dim + 16 * DV - 1) / (16 * DV) * (16 * DV))

__kernel void pack(__global const float *q, __global const float *restrict k, __global const float *restrict v,
        __global float *out, __global float *restrict workspace, long batch, long q_len, long ctx, long heads,
        long kv_heads, long head_dim) {
    long head = get_group_id(1);
    long start = get_group_id(0) * KEYS;
    __global float *keys = workspace + (head * get_num_groups(0) + get_group_id(0)) * (2 * KEYS * WIDTH);
    __global float *values = keys + KEYS * WIDTH;
    for (int j = 0; j < KEYS; j++) {
        // Keys beyond the last are the last once more; their scores are masked.
        long key = min(start + j, ctx - 1);
        long from = ((head / kv_heads * ctx + key) * kv_heads + head % kv_heads) * head_dim;
        for (long d = 0; d < head_dim; d++) {
            keys[d * KEYS + j] = k[from + d];
            values[j * WIDTH + d] = v[from + d];
        }
        for (long d = head_dim; d < WIDTH; d++) {
            values[j * WIDTH + d] = 0.0f;
        }
    }
}

static float add_lanes(float16 v) {
    float8 v8 = v.lo + v.hi;
    float4 v4 = v8.lo + v8.hi;
    float2 v2 = v4.lo + v4.hi;
    return v2.x + v2.y;
}

static float max_lane(float16 v) {
    float8 v8 = fmax(v.lo, v.hi);
    float4 v4 = fmax(v8.lo, v8.hi);
    float2 v2 = fmax(v4.lo, v4.hi);
    return fmax(v2.x, v2.y);
}

/** Makes the scores of MR rows with 64 keys. */
static void score(__global const float **rows, __global const float *keys, long head_dim, float scale, float *scores) {
    float16 sums[MR][4];
    #pragma unroll
    for (int r = 0; r < MR; r++) {
        #pragma unroll
        for (int v = 0; v < 4; v++) {
            sums[r][v] = 0.0f;
        }
    }
    for (long d = 0; d < head_dim; d++) {
        float16 vectors[4];
        #pragma unroll
        for (int v = 0; v < 4; v++) {
            vectors[v] = vload16(v, keys + d * KEYS);
        }
        #pragma unroll
        for (int r = 0; r < MR; r++) {
            float16 factor = rows[r][d];
            #pragma unroll
            for (int v = 0; v < 4; v++) {
                sums[r][v] = fma(factor, vectors[v], sums[r][v]);
            }
        }
    }
    #pragma unroll
    for (int r = 0; r < MR; r++) {
        #pragma unroll
        for (int v = 0; v < 4; v++) {
            vstore16(sums[r][v] * scale, v, scores + r * KEYS);
        }
    }
}

/** Turns a row's scores, of which the first count are seen, into weights; returns what its sums are to be scaled by. */
static float weigh(float *scores, int count, float *max_score, float *sum) {
    for (int j = max(count, 0); j < KEYS; j++) {
        scores[j] = -INFINITY;
    }
    float16 greatest = vload16(0, scores);
    for (int v = 1; v < KEYS / 16; v++) {
        greatest = fmax(greatest, vload16(v, scores));
    }
    float new_max = fmax(*max_score, max_lane(greatest));
    // Where every score so far is negative infinity, a difference from it would not be a number.
    float shift = new_max == -INFINITY ? 0.0f : new_max;
    float rescale = exp(*max_score - shift);
    *max_score = new_max;
    float16 weights = 0.0f;
    for (int v = 0; v < KEYS / 16; v++) {
        float16 weight = exp(vload16(v, scores) - shift);
        vstore16(weight, v, scores);
        weights += weight;
    }
    *sum = *sum * rescale + add_lanes(weights);
    return rescale;
}

/** Adds the weighted values of keys that all of MR rows see to 16 DV of their sums, which are scaled first. */
static void add_values(const float *weights, const float *rescales, __global const float *values, int count, long width,
        __global float *to) {
    float16 sums[MR][DV];
    #pragma unroll
    for (int r = 0; r < MR; r++) {
        #pragma unroll
        for (int v = 0; v < DV; v++) {
            sums[r][v] = vload16(v, to + r * width) * rescales[r];
        }
    }
    for (int j = 0; j < count; j++) {
        float16 vectors[DV];
        #pragma unroll
        for (int v = 0; v < DV; v++) {
            vectors[v] = vload16(v, values + j * width);
        }
        #pragma unroll
        for (int r = 0; r < MR; r++) {
            float16 weight = weights[r * KEYS + j];
            #pragma unroll
            for (int v = 0; v < DV; v++) {
                sums[r][v] = fma(weight, vectors[v], sums[r][v]);
            }
        }
    }
    #pragma unroll
    for (int r = 0; r < MR; r++) {
        #pragma unroll
        for (int v = 0; v < DV; v++) {
            vstore16(sums[r][v], v, to + r * width);
        }
    }
}

__kernel void run(__global const float *restrict q, __global const float *k, __global const float *v,
        __global float *restrict out, __global float *restrict workspace, long batch, long q_len, long ctx, long heads,
        long kv_heads, long head_dim) {
    long head = get_group_id(1);
    long first = get_group_id(0) * ROWS;
    long group = heads / kv_heads;
    long count = min((long) ROWS, q_len * group - first);
    long width = WIDTH;
    long blocks = (ctx + KEYS - 1) / KEYS;
    __global const float *copies = workspace + head * blocks * (2 * KEYS * width);
    __global float *sums = workspace + batch * kv_heads * blocks * (2 * KEYS * width)
            + (head * get_num_groups(0) + get_group_id(0)) * (ROWS * width);
    float scale = SCALE == 0 ? 1.0f / sqrt((float) head_dim) : (float) SCALE;
    __global const float *rows[ROWS];
    long offsets[ROWS];
    long seen[ROWS];
    float max_scores[ROWS];
    float weight_sums[ROWS];
    float scores[ROWS * KEYS];
    float rescales[ROWS];
    for (int r = 0; r < ROWS; r++) {
        long row = first + min((long) r, count - 1);
        long unit = (head / kv_heads * q_len + row / group) * heads + head % kv_heads * group + row % group;
        offsets[r] = unit * head_dim;
        rows[r] = q + offsets[r];
        seen[r] = CAUSAL ? ctx - q_len + row / group + 1 : ctx;
        max_scores[r] = -INFINITY;
        weight_sums[r] = 0.0f;
        for (long d = 0; d < width; d++) {
            sums[r * width + d] = 0.0f;
        }
    }
    for (long start = 0; start < seen[ROWS - 1]; start += KEYS) {
        __global const float *keys = copies + start * (2 * width);
        __global const float *values = keys + KEYS * width;
        for (int tile = 0; tile < min((long) ROWS, (count + MR - 1) / MR * MR); tile += MR) {
            for (int j = 0; j < KEYS; j += 64) {
                score(rows + tile, keys + j, head_dim, scale, scores + tile * KEYS + j);
            }
            for (int r = tile; r < tile + MR; r++) {
                rescales[r] = weigh(scores + r * KEYS, (int) min((long) KEYS, seen[r] - start), max_scores + r,
                        weight_sums + r);
            }
            int common = (int) clamp(seen[tile] - start, 0L, (long) KEYS);
            for (long d = 0; d < width; d += 16 * DV) {
                add_values(scores + tile * KEYS, rescales + tile, values + d, common, width, sums + tile * width + d);
            }
            // A value that a row must not see could be NaN, so that a weight of 0 would not do.
            for (int r = tile; r < tile + MR; r++) {
                for (long j = common; j < min((long) KEYS, seen[r] - start); j++) {
                    for (long d = 0; d < width; d++) {
                        sums[r * width + d] = fma(scores[r * KEYS + j], values[j * width + d], sums[r * width + d]);
                    }
                }
            }
        }
    }
    for (int r = 0; r < count; r++) {
        float factor = 1.0f / weight_sums[r];
        for (long d = 0; d < head_dim; d++) {
            out[offsets[r] + d] = sums[r * width + d] * factor;
        }
    }
}
