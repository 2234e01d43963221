// A work-group makes ROWS_PER_GROUP rows, one after the other, or, where SPLIT > 1, a share of one. Its work-items take
// neighbouring vectors of a row, and then the next ITEMS, into VECTORS accumulators. A CPU prefers work-groups of one
// work-item, a GPU large ones.
//
// An element's key is a whole number that orders as the definition does: NaN is greater than all, and the zeros are
// equal. The greatest key is found first, and then the lowest column that has it. With SPLIT > 1 both go to the
// workspace for each share, and a work-item of the second step compares those of a row.
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
// @step compare grid=select(SPLIT==1,0,ceil_div(rows,32)) block=32
// @workspace select(SPLIT == 1, 0, 8 * rows * SPLIT)
#define ITEMS 64
#define WIDTH 4
#define VECTORS 2
#define ROWS_PER_GROUP 1
#define SPLIT 1

#if WIDTH == 16
typedef float16 vector_t;
typedef int16 keys_t;
#define AS_KEYS(v) as_int16(v)
#define ANY(keys) any(keys)
#define LOAD(p) vload16(0, p)
#define STORE(v, p) vstore16(v, 0, p)
#elif WIDTH == 8
typedef float8 vector_t;
typedef int8 keys_t;
#define AS_KEYS(v) as_int8(v)
#define ANY(keys) any(keys)
#define LOAD(p) vload8(0, p)
#define STORE(v, p) vstore8(v, 0, p)
#elif WIDTH == 4
typedef float4 vector_t;
typedef int4 keys_t;
#define AS_KEYS(v) as_int4(v)
#define ANY(keys) any(keys)
#define LOAD(p) vload4(0, p)
#define STORE(v, p) vstore4(v, 0, p)
#else
typedef float vector_t;
typedef int keys_t;
#define AS_KEYS(v) as_int(v)
#define ANY(keys) (keys)
#define LOAD(p) *(p)
#define STORE(v, p) *(p) = (v)
#endif

static keys_t keys_of(vector_t v) {
    keys_t bits = AS_KEYS(v + 0.0f); // makes the negative zero a positive one
    return v != v ? (keys_t) INT_MAX : bits ^ ((bits >> 31) & INT_MAX);
}

static int key_of(float value) {
    int bits = as_int(value + 0.0f);
    return isnan(value) ? INT_MAX : bits ^ ((bits >> 31) & INT_MAX);
}

/** Returns to every work-item the greatest of all their numbers. */
static int greatest_of(int value, __local int *scratch) {
#if ITEMS > 1
    int item = get_local_id(0);
    barrier(CLK_LOCAL_MEM_FENCE);
    scratch[item] = value;
    for (int half_items = ITEMS / 2; half_items > 0; half_items /= 2) {
        barrier(CLK_LOCAL_MEM_FENCE);
        if (item < half_items) {
            scratch[item] = max(scratch[item], scratch[item + half_items]);
        }
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    value = scratch[0];
#endif
    return value;
}

/** Returns the greatest key among the work-item's share of some elements. */
static int greatest_key(__global const float *x, int count) {
    int c = get_local_id(0) * WIDTH;
    keys_t keys[VECTORS];
    #pragma unroll
    for (int v = 0; v < VECTORS; v++) {
        keys[v] = INT_MIN;
    }
    for (; c + (VECTORS - 1) * ITEMS * WIDTH + WIDTH <= count; c += VECTORS * ITEMS * WIDTH) {
        #pragma unroll
        for (int v = 0; v < VECTORS; v++) {
            keys_t found = keys_of(LOAD(x + c + v * ITEMS * WIDTH));
            keys[v] = found > keys[v] ? found : keys[v];
        }
    }
    for (; c + WIDTH <= count; c += ITEMS * WIDTH) {
        keys[0] = max(keys[0], keys_of(LOAD(x + c)));
    }
    #pragma unroll
    for (int v = 1; v < VECTORS; v++) {
        keys[0] = max(keys[0], keys[v]);
    }
    int lanes[WIDTH];
    STORE(keys[0], lanes);
    int greatest = INT_MIN;
    for (int i = 0; i < WIDTH; i++) {
        greatest = max(greatest, lanes[i]);
    }
    for (c = count / WIDTH * WIDTH + (int) get_local_id(0); c < count; c += ITEMS) {
        greatest = max(greatest, key_of(x[c]));
    }
    return greatest;
}

/** Returns the lowest of the work-item's columns that has a key, or INT_MAX. */
static int find(__global const float *x, int count, int key) {
    for (int c = get_local_id(0) * WIDTH; c + WIDTH <= count; c += ITEMS * WIDTH) {
        if (ANY(keys_of(LOAD(x + c)) == key)) {
            for (int i = c;; i++) {
                if (key_of(x[i]) == key) {
                    return i;
                }
            }
        }
    }
    for (int c = count / WIDTH * WIDTH + (int) get_local_id(0); c < count; c += ITEMS) {
        if (key_of(x[c]) == key) {
            return c;
        }
    }
    return INT_MAX;
}

__kernel void run(__global const float *restrict x, __global int *restrict out, __global int *restrict parts,
        long rows, long cols) {
    // One for each reduction: with a single one, PoCL 3.1 lets reads of the first meet writes of the second.
    __local int scratch[ITEMS];
    __local int column_scratch[ITEMS];
    long first = get_group_id(0) * ROWS_PER_GROUP;
    long part = get_group_id(1);
    long start = cols * part / SPLIT;
    int count = (int) (cols * (part + 1) / SPLIT - start);
    for (long row = first; row < min(first + ROWS_PER_GROUP, rows); row++) {
        __global const float *from = x + row * cols + start;
        int key = greatest_of(greatest_key(from, count), scratch);
        int column = -greatest_of(-find(from, count, key), column_scratch);
        if (get_local_id(0) == 0) {
            if (SPLIT == 1) {
                out[row] = column;
            } else {
                parts[2 * (row * SPLIT + part)] = key;
                parts[2 * (row * SPLIT + part) + 1] = (int) start + column;
            }
        }
    }
}

__kernel void compare(__global const float *x, __global int *restrict out, __global const int *restrict parts,
        long rows, long cols) {
    long row = get_global_id(0);
    if (row < rows) {
        long best = row * SPLIT;
        for (int part = 1; part < SPLIT; part++) {
            best = parts[2 * (row * SPLIT + part)] > parts[2 * best] ? row * SPLIT + part : best;
        }
        out[row] = parts[2 * best + 1];
    }
}
