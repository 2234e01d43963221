// A work-group makes ROWS_PER_GROUP rows, one after the other, or, where SPLIT > 1, a share of one. Its work-items take
// neighbouring vectors of a row, and then the next ITEMS, into VECTORS accumulators. A CPU prefers work-groups of one
// work-item, a GPU large ones.
//
// With SPLIT > 1 the sums of the shares go to the workspace, and a work-item of the second step adds up those of a row.
//
// @cpu parameter ITEMS 1
// @cpu parameter WIDTH 16 8
// @cpu parameter VECTORS 4 2 8
// @cpu parameter ROWS_PER_GROUP 1 4 16 64
// @gpu parameter ITEMS 256 64 128 512
// @gpu parameter WIDTH 1 4
// @gpu parameter VECTORS 4 1 2
// @gpu parameter ROWS_PER_GROUP 1
// @parameter SPLIT 1 2 4 8 16 64
// @require ITEMS == 256 || ITEMS / 2 < cols
// @require ROWS_PER_GROUP == 1 || ROWS_PER_GROUP / 4 < rows
// @require SPLIT == 1 || ROWS_PER_GROUP == 1 && rows <= 256 && cols / SPLIT >= 2048
// @step run grid=ceil_div(rows,ROWS_PER_GROUP);SPLIT block=ITEMS;1
// @step add grid=select(SPLIT==1,0,ceil_div(rows,32)) block=32
// @workspace select(SPLIT == 1, 0, 4 * rows * SPLIT)
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

/** Returns the work-item's share of the sum of some elements. */
static float sum_of(__global const float *x, long count) {
    long step = ITEMS * WIDTH;
    long c = get_local_id(0) * WIDTH;
    vector_t sums[VECTORS];
    #pragma unroll
    for (int v = 0; v < VECTORS; v++) {
        sums[v] = 0.0f;
    }
    for (; c + (VECTORS - 1) * step + WIDTH <= count; c += VECTORS * step) {
        #pragma unroll
        for (int v = 0; v < VECTORS; v++) {
            sums[v] += LOAD(x + c + v * step);
        }
    }
    for (; c + WIDTH <= count; c += step) {
        sums[0] += LOAD(x + c);
    }
    float sum = add_lanes(sums);
    for (c = count / WIDTH * WIDTH + get_local_id(0); c < count; c += ITEMS) {
        sum += x[c];
    }
    return sum;
}

__kernel void run(__global const float *restrict x, __global float *restrict out, __global float *restrict parts,
        long rows, long cols) {
    __local float scratch[ITEMS];
    long first = get_group_id(0) * ROWS_PER_GROUP;
    long part = get_group_id(1);
    long start = cols * part / SPLIT;
    long count = cols * (part + 1) / SPLIT - start;
    for (long row = first; row < min(first + ROWS_PER_GROUP, rows); row++) {
        float sum = total(sum_of(x + row * cols + start, count), scratch);
        if (get_local_id(0) == 0) {
            if (SPLIT == 1) {
                out[row] = sum;
            } else {
                parts[row * SPLIT + part] = sum;
            }
        }
    }
}

__kernel void add(__global const float *x, __global float *restrict out, __global const float *restrict parts,
        long rows, long cols) {
    long row = get_global_id(0);
    if (row < rows) {
        float sum = 0.0f;
        for (int part = 0; part < SPLIT; part++) {
            sum += parts[row * SPLIT + part];
        }
        out[row] = sum;
    }
}
