// ITEMS work-items share a row, and a work-group has ROWS_PER_GROUP rows. A work-item reads VECTORS vectors of four before
// it compares them, and keeps where the greatest of them lie: only those that have the greatest of the row look there
// again for its column. With SPLIT over 1 a work-group has a part of a row; the key of the greatest element and its
// column go to the workspace, and a group of the second step compares those of a row.
//
// A key is a whole number that orders as the definition does: NaN is greater than all, and the zeros are equal.
//
// @parameter ITEMS 256 32 64 128 512 1024
// @parameter ROWS_PER_GROUP 1 4
// @parameter VECTORS 4 1 2 8
// @parameter SPLIT 1 4 16 64 256 1024
// @require ROWS_PER_GROUP == 1 || ITEMS * ROWS_PER_GROUP <= 256
// @require ITEMS * VECTORS <= max(1024, cols)
// @require SPLIT == 1 || ROWS_PER_GROUP == 1 && SPLIT * ITEMS * 4 <= cols && rows * SPLIT <= 16384
// @require rows * SPLIT * ITEMS >= min(131072, rows * cols / 64)
// @step run grid=ceil_div(rows,ROWS_PER_GROUP);SPLIT block=ITEMS;ROWS_PER_GROUP
// @step compare grid=select(SPLIT==1,0,rows) block=ITEMS
// @workspace select(SPLIT == 1, 0, 8 * rows * SPLIT)
#define ITEMS 256
#define ROWS_PER_GROUP 1
#define VECTORS 4
#define SPLIT 1
#define COLS 0
// So many work-items of a row compare the values of all, and every one of them what those have.
#define PARTS (ITEMS < 1024 ? 16 : 32)
// Whether every row of a buffer begins where a vector of four may.
#define ALIGNED(p) ((ulong) (p) % 16 == 0 && cols % 4 == 0)

/** A vector of a row; where the row ends within it, the filler takes the place of what is missing. */
static float4 load(__global const float *from, int left, bool aligned, float filler) {
    if (left >= 4) {
        // The compiler of a GPU reads a vector at once only where it knows the alignment.
        return aligned ? *(__global const float4 *) from : vload4(0, from);
    }
    float4 vector = filler;
    if (left > 0) {
        vector.x = from[0];
    }
    if (left > 1) {
        vector.y = from[1];
    }
    if (left > 2) {
        vector.z = from[2];
    }
    return vector;
}

static int key_of(float value) {
    int bits = as_int(value);
    return isnan(value) ? INT_MAX : value == 0.0f ? 0 : bits ^ ((bits >> 31) & INT_MAX);
}

/** Returns to every work-item of a row the greatest of all their numbers. */
static int greatest_of(int value, __local int *scratch) {
    int item = get_local_id(0);
    barrier(CLK_LOCAL_MEM_FENCE);
    scratch[item] = value;
    barrier(CLK_LOCAL_MEM_FENCE);
    if (item < PARTS) {
        for (int i = item + PARTS; i < ITEMS; i += PARTS) {
            value = max(value, scratch[i]);
        }
        scratch[item] = value;
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    value = scratch[0];
    for (int i = 1; i < PARTS; i++) {
        value = max(value, scratch[i]);
    }
    return value;
}

/** Reads the work-item's next vectors; what is beyond the end is less than no element. */
static void read_vectors(__global const float *from, int count, bool aligned, int c, float4 *vectors) {
    if (aligned && c + 4 * ITEMS * (VECTORS - 1) + 4 <= count) {
        #pragma unroll
        for (int v = 0; v < VECTORS; v++) {
            vectors[v] = *(__global const float4 *) (from + c + 4 * ITEMS * v);
        }
    } else {
        #pragma unroll
        for (int v = 0; v < VECTORS; v++) {
            vectors[v] = load(from + c + 4 * ITEMS * v, count - c - 4 * ITEMS * v, aligned, -INFINITY);
        }
    }
}

/** Returns the greatest key of some vectors. */
static int greatest_key(const float4 *vectors) {
    float greatest = -INFINITY;
    int has_nan = 0;
    #pragma unroll
    for (int v = 0; v < VECTORS; v++) {
        float4 vector = vectors[v];
        greatest = fmax(greatest, fmax(fmax(vector.x, vector.y), fmax(vector.z, vector.w)));
        has_nan |= isunordered(vector.x, vector.y) | isunordered(vector.z, vector.w);
    }
    return has_nan ? INT_MAX : key_of(greatest);
}

/** Returns the lowest column of a key that one of some vectors has, the first of them at a column. */
static int column_of(const float4 *vectors, int begin, int key) {
    int column = INT_MAX;
    #pragma unroll
    for (int v = VECTORS - 1; v >= 0; v--) {
        int c = begin + 4 * ITEMS * v;
        column = key_of(vectors[v].w) == key ? c + 3 : column;
        column = key_of(vectors[v].z) == key ? c + 2 : column;
        column = key_of(vectors[v].y) == key ? c + 1 : column;
        column = key_of(vectors[v].x) == key ? c : column;
    }
    return column;
}

__kernel void run(__global const float *restrict x, __global int *restrict out, __global int *restrict parts,
        long rows, long cols_argument) {
    __local int scratch_of_rows[ITEMS * ROWS_PER_GROUP];
    __local int *scratch = scratch_of_rows + get_local_id(1) * ITEMS;
    long cols = COLS ? COLS : cols_argument;
    bool aligned = ALIGNED(x);
    long row = get_group_id(0) * ROWS_PER_GROUP + get_local_id(1);
    long part = get_group_id(1);
    // A multiple of 4, so that a part's beginning is aligned.
    long part_columns = ((cols + SPLIT - 1) / SPLIT + 3) / 4 * 4;
    long begin = min(cols, part * part_columns);
    // A work-item without a row takes part in the comparisons with a row of no columns.
    int count = row < rows ? (int) min(part_columns, cols - begin) : 0;
    __global const float *from = x + (row < rows ? row : 0) * cols + begin;
    float4 vectors[VECTORS];
    int key = INT_MIN;
    int place = 0;
    for (int c = 4 * get_local_id(0); c < count; c += 4 * ITEMS * VECTORS) {
        read_vectors(from, count, aligned, c, vectors);
        int found = greatest_key(vectors);
        place = found > key ? c : place;
        key = max(key, found);
    }
    int greatest = greatest_of(key, scratch);
    int column = INT_MAX;
    if (key == greatest && key != INT_MIN) {
        read_vectors(from, count, aligned, place, vectors);
        column = (int) begin + column_of(vectors, place, key);
    }
    column = -greatest_of(-column, scratch);
    if (row < rows && get_local_id(0) == 0) {
        if (SPLIT == 1) {
            out[row] = column;
        } else {
            parts[2 * (row * SPLIT + part)] = greatest;
            parts[2 * (row * SPLIT + part) + 1] = column;
        }
    }
}

__kernel void compare(__global const float *x, __global int *restrict out, __global const int *restrict parts,
        long rows, long cols) {
    __local int scratch[ITEMS];
    __global const int *of_row = parts + 2 * SPLIT * get_group_id(0);
    int key = INT_MIN;
    int column = INT_MAX;
    for (int part = get_local_id(0); part < SPLIT; part += ITEMS) {
        if (of_row[2 * part] > key) {
            key = of_row[2 * part];
            column = of_row[2 * part + 1];
        }
    }
    int greatest = greatest_of(key, scratch);
    column = -greatest_of(key == greatest ? -column : -INT_MAX, scratch);
    if (get_local_id(0) == 0) {
        out[get_group_id(0)] = column;
    }
}
