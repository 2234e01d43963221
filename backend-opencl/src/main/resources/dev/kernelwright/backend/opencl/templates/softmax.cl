// A work-group makes ROWS_PER_GROUP rows, one after the other, or, where SPLIT > 1, a share of one. Its work-items take
// neighbouring vectors of a row, and then the next ITEMS, into VECTORS accumulators. A CPU prefers work-groups of one
// work-item, a GPU large ones.
//
// A maximum that passes over NaN is good enough, since the sum does not. With SPLIT > 1 a share's exponentials are
// relative to its own maximum, which goes to the workspace with their sum, and a work-group of the second step scales a
// share as the whole row asks for.
//
// @cpu parameter ITEMS 1
// @cpu parameter WIDTH 16 8
// @cpu parameter VECTORS 4 2 8
// @cpu parameter ROWS_PER_GROUP 1 4 16 64
// @gpu parameter ITEMS 256 64 128 512
// @gpu parameter WIDTH 1 4
// @gpu parameter VECTORS 4 1 2
// @gpu parameter ROWS_PER_GROUP 1
// @parameter SPLIT 1 2 4 8 16
// @require ITEMS == 256 || ITEMS / 2 < cols
// @require ROWS_PER_GROUP == 1 || ROWS_PER_GROUP / 4 < rows
// @require SPLIT == 1 || ROWS_PER_GROUP == 1 && rows <= 256 && cols / SPLIT >= 2048
// @step run grid=ceil_div(rows,ROWS_PER_GROUP);SPLIT block=ITEMS;1
// @step rescale grid=select(SPLIT==1,0,rows);SPLIT block=ITEMS;1
// @workspace select(SPLIT == 1, 0, 8 * rows * SPLIT)
#define ITEMS 64
#define WIDTH 4
#define VECTORS 2
#define ROWS_PER_GROUP 1
#define SPLIT 1

#if WIDTH == 16
typedef float16 vector_t;
#define LOAD(p) vload16(0, p)
#define STORE(v, p) vstore16(v, 0, p)
#elif WIDTH == 8
typedef float8 vector_t;
#define LOAD(p) vload8(0, p)
#define STORE(v, p) vstore8(v, 0, p)
#elif WIDTH == 4
typedef float4 vector_t;
#define LOAD(p) vload4(0, p)
#define STORE(v, p) vstore4(v, 0, p)
#else
typedef float vector_t;
#define LOAD(p) *(p)
#define STORE(v, p) *(p) = (v)
#endif

/** Returns to every work-item the sum of all their values. */
static float total(float value, __local float *scratch) {
#if ITEMS > 1
    int item = get_local_id(0);
    barrier(CLK_LOCAL_MEM_FENCE);
    scratch[item] = value;
    for (int half_items = ITEMS / 2; half_items > 0; half_items /= 2) {
        barrier(CLK_LOCAL_MEM_FENCE);
        if (item < half_items) {
            scratch[item] += scratch[item + half_items];
        }
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    value = scratch[0];
#endif
    return value;
}

/** Returns to every work-item the greatest of all their values; NaN is passed over. */
static float greatest_of(float value, __local float *scratch) {
#if ITEMS > 1
    int item = get_local_id(0);
    barrier(CLK_LOCAL_MEM_FENCE);
    scratch[item] = value;
    for (int half_items = ITEMS / 2; half_items > 0; half_items /= 2) {
        barrier(CLK_LOCAL_MEM_FENCE);
        if (item < half_items) {
            scratch[item] = fmax(scratch[item], scratch[item + half_items]);
        }
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    value = scratch[0];
#endif
    return value;
}

/** Returns the sum of the lanes of some vectors. */
static float add_lanes(const vector_t *vectors) {
    float lanes[WIDTH];
    vector_t sums = vectors[0];
    #pragma unroll
    for (int v = 1; v < VECTORS; v++) {
        sums += vectors[v];
    }
    STORE(sums, lanes);
    float sum = 0.0f;
    #pragma unroll
    for (int i = 0; i < WIDTH; i++) {
        sum += lanes[i];
    }
    return sum;
}

static void scale_by(float factor, __global float *to, long count) {
    for (long c = get_local_id(0) * WIDTH; c + WIDTH <= count; c += ITEMS * WIDTH) {
        STORE(LOAD(to + c) * factor, to + c);
    }
    for (long c = count / WIDTH * WIDTH + get_local_id(0); c < count; c += ITEMS) {
        to[c] *= factor;
    }
}

__kernel void run(__global const float *restrict x, __global float *restrict out, __global float *restrict parts,
        long rows, long cols) {
    __local float scratch[ITEMS];
    long first = get_group_id(0) * ROWS_PER_GROUP;
    long part = get_group_id(1);
    long start = cols * part / SPLIT;
    long count = cols * (part + 1) / SPLIT - start;
    long step = ITEMS * WIDTH;
    long begin = get_local_id(0) * WIDTH;
    long tail = count / WIDTH * WIDTH + get_local_id(0);
    for (long row = first; row < min(first + ROWS_PER_GROUP, rows); row++) {
        __global const float *from = x + row * cols + start;
        __global float *to = out + row * cols + start;
        vector_t vectors[VECTORS];
        #pragma unroll
        for (int v = 0; v < VECTORS; v++) {
            vectors[v] = -INFINITY;
        }
        long c = begin;
        for (; c + (VECTORS - 1) * step + WIDTH <= count; c += VECTORS * step) {
            #pragma unroll
            for (int v = 0; v < VECTORS; v++) {
                vectors[v] = fmax(vectors[v], LOAD(from + c + v * step));
            }
        }
        for (; c + WIDTH <= count; c += step) {
            vectors[0] = fmax(vectors[0], LOAD(from + c));
        }
        float max_value = -INFINITY;
        for (c = tail; c < count; c += ITEMS) {
            max_value = fmax(max_value, from[c]);
        }
        float lanes[WIDTH];
        #pragma unroll
        for (int v = 0; v < VECTORS; v++) {
            STORE(vectors[v], lanes);
            #pragma unroll
            for (int i = 0; i < WIDTH; i++) {
                max_value = fmax(max_value, lanes[i]);
            }
            vectors[v] = 0.0f;
        }
        max_value = greatest_of(max_value, scratch);
        // A difference from negative infinity would not be a number, though the rest of the row may have some.
        float shift = max_value == -INFINITY ? 0.0f : max_value;

        for (c = begin; c + (VECTORS - 1) * step + WIDTH <= count; c += VECTORS * step) {
            #pragma unroll
            for (int v = 0; v < VECTORS; v++) {
                vector_t vector = exp(LOAD(from + c + v * step) - shift);
                STORE(vector, to + c + v * step);
                vectors[v] += vector;
            }
        }
        for (; c + WIDTH <= count; c += step) {
            vector_t vector = exp(LOAD(from + c) - shift);
            STORE(vector, to + c);
            vectors[0] += vector;
        }
        float sum = add_lanes(vectors);
        for (c = tail; c < count; c += ITEMS) {
            to[c] = exp(from[c] - shift);
            sum += to[c];
        }
        sum = total(sum, scratch);
        if (SPLIT == 1) {
            scale_by(1.0f / sum, to, count);
        } else if (get_local_id(0) == 0) {
            parts[2 * (row * SPLIT + part)] = max_value;
            parts[2 * (row * SPLIT + part) + 1] = sum;
        }
    }
}

__kernel void rescale(__global const float *x, __global float *restrict out, __global const float *restrict parts,
        long rows, long cols) {
    long row = get_group_id(0);
    long part = get_group_id(1);
    __global const float *of_row = parts + 2 * row * SPLIT;
    float max_value = -INFINITY;
    for (int i = 0; i < SPLIT; i++) {
        max_value = fmax(max_value, of_row[2 * i]);
    }
    float shift = max_value == -INFINITY ? 0.0f : max_value;
    float sum = 0.0f;
    for (int i = 0; i < SPLIT; i++) {
        sum = fma(of_row[2 * i + 1], exp(of_row[2 * i] - shift), sum);
    }
    long start = cols * part / SPLIT;
    scale_by(exp(of_row[2 * part] - shift) / sum, out + row * cols + start, cols * (part + 1) / SPLIT - start);
}
