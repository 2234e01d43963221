// A work-item makes ROWS_PER_GROUP rows, one after the other, or, where SPLIT > 1, a part of one, with VECTORS
// accumulators.
//
// An element's key is a whole number that orders as the definition does: NaN is greater than all, and the zeros are
// equal. The greatest key is found first, and then the lowest column that has it. With SPLIT > 1 both go to the
// workspace for each part, and a work-item of the second step compares those of a row.
//
// @parameter WIDTH 16 8
// @parameter VECTORS 4 2 8
// @parameter ROWS_PER_GROUP 1 4 16 64
// @parameter SPLIT 1 2 4 8 16 64
// @require ROWS_PER_GROUP == 1 || ROWS_PER_GROUP / 4 < rows
// @require SPLIT == 1 || ROWS_PER_GROUP == 1 && rows <= 256 && cols / SPLIT >= 2048
// @step run grid=ceil_div(rows,ROWS_PER_GROUP);SPLIT block=1;1
// @step compare grid=select(SPLIT==1,0,ceil_div(rows,32)) block=32
// @workspace select(SPLIT == 1, 0, 8 * rows * SPLIT)
#define WIDTH 16
#define VECTORS 4
#define ROWS_PER_GROUP 1
#define SPLIT 1

#if WIDTH == 16
typedef float16 vector_t;
typedef int16 keys_t;
#define AS_KEYS(v) as_int16(v)
#define LOAD(p) vload16(0, p)
#define STORE(v, p) vstore16(v, 0, p)
#else
typedef float8 vector_t;
typedef int8 keys_t;
#define AS_KEYS(v) as_int8(v)
#define LOAD(p) vload8(0, p)
#define STORE(v, p) vstore8(v, 0, p)
#endif

static keys_t keys_of(vector_t v) {
    keys_t bits = AS_KEYS(v + 0.0f); // makes the negative zero a positive one
    return v != v ? (keys_t) INT_MAX : bits ^ ((bits >> 31) & INT_MAX);
}

static int key_of(float value) {
    int bits = as_int(value + 0.0f);
    return isnan(value) ? INT_MAX : bits ^ ((bits >> 31) & INT_MAX);
}

/** Returns the greatest key among some elements. */
static int greatest_key(__global const float *x, int count) {
    int c = 0;
    keys_t keys[VECTORS];
    #pragma unroll
    for (int v = 0; v < VECTORS; v++) {
        keys[v] = INT_MIN;
    }
    for (; c + VECTORS * WIDTH <= count; c += VECTORS * WIDTH) {
        #pragma unroll
        for (int v = 0; v < VECTORS; v++) {
            keys_t found = keys_of(LOAD(x + c + v * WIDTH));
            keys[v] = found > keys[v] ? found : keys[v];
        }
    }
    for (; c + WIDTH <= count; c += WIDTH) {
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
    for (; c < count; c++) {
        greatest = max(greatest, key_of(x[c]));
    }
    return greatest;
}

/** Returns the lowest column that has a key, or INT_MAX. */
static int find(__global const float *x, int count, int key) {
    for (int c = 0; c + WIDTH <= count; c += WIDTH) {
        if (any(keys_of(LOAD(x + c)) == key)) {
            for (int i = c;; i++) {
                if (key_of(x[i]) == key) {
                    return i;
                }
            }
        }
    }
    for (int c = count / WIDTH * WIDTH; c < count; c++) {
        if (key_of(x[c]) == key) {
            return c;
        }
    }
    return INT_MAX;
}

__kernel void run(__global const float *restrict x, __global int *restrict out, __global int *restrict parts,
        long rows, long cols) {
    long first = get_group_id(0) * ROWS_PER_GROUP;
    long part = get_group_id(1);
    long start = cols * part / SPLIT;
    int count = (int) (cols * (part + 1) / SPLIT - start);
    for (long row = first; row < min(first + ROWS_PER_GROUP, rows); row++) {
        __global const float *from = x + row * cols + start;
        int key = greatest_key(from, count);
        int column = find(from, count, key);
        if (SPLIT == 1) {
            out[row] = column;
        } else {
            parts[2 * (row * SPLIT + part)] = key;
            parts[2 * (row * SPLIT + part) + 1] = (int) start + column;
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
