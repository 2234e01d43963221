// ITEMS work-items share a row, and a work-group has ROWS_PER_GROUP rows. A work-item reads VECTORS vectors of four before
// it adds them. With SPLIT over 1 a work-group has a part of a row, whose sum goes to the workspace, and a group of the
// second step adds up those of a row.
//
// @parameter ITEMS 256 32 64 128 512 1024
// @parameter ROWS_PER_GROUP 1 4
// @parameter VECTORS 4 1 2 8
// @parameter SPLIT 1 4 16 64 256 1024 4096
// @require ROWS_PER_GROUP == 1 || ITEMS * ROWS_PER_GROUP <= 256
// @require ITEMS * VECTORS <= max(1024, cols)
// @require SPLIT == 1 || ROWS_PER_GROUP == 1 && SPLIT * ITEMS * 4 <= cols && rows * SPLIT <= 16384
// @require rows * SPLIT * ITEMS >= min(131072, rows * cols / 64)
// @step run grid=ceil_div(rows,ROWS_PER_GROUP);SPLIT block=ITEMS;ROWS_PER_GROUP
// @step add grid=select(SPLIT==1,0,rows) block=ITEMS
// @workspace select(SPLIT == 1, 0, 4 * rows * SPLIT)
#define ITEMS 256
#define ROWS_PER_GROUP 1
#define VECTORS 4
#define SPLIT 1
#define COLS 0
// So many work-items of a row add up the values of all, and every one of them what those have.
#define PARTS (ITEMS < 1024 ? 16 : 32)
// Whether every row of a buffer begins where a vector of four may.
#define ALIGNED(p) ((ulong) (p) % 16 == 0 && cols % 4 == 0)

/** A vector of a row; where the row ends within it, the filler takes the place of what is missing. */
static float4 load(__global const float *from, long left, bool aligned, float filler) {
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

/** Returns to every work-item of a row the sum of all their values. */
static float total(float value, __local float *scratch) {
    int item = get_local_id(0);
    scratch[item] = value;
    barrier(CLK_LOCAL_MEM_FENCE);
    if (item < PARTS) {
        for (int i = item + PARTS; i < ITEMS; i += PARTS) {
            value += scratch[i];
        }
        scratch[item] = value;
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    value = scratch[0];
    for (int i = 1; i < PARTS; i++) {
        value += scratch[i];
    }
    return value;
}

/** Returns the work-item's share of the sum of some elements. */
static float sum_of(__global const float *from, long count, bool aligned) {
    float4 sums[VECTORS];
    #pragma unroll
    for (int v = 0; v < VECTORS; v++) {
        sums[v] = 0.0f;
    }
    for (long c = 4 * get_local_id(0); c < count; c += 4 * ITEMS * VECTORS) {
        float4 vectors[VECTORS];
        if (aligned && c + 4 * ITEMS * (VECTORS - 1) + 4 <= count) {
            #pragma unroll
            for (int v = 0; v < VECTORS; v++) {
                vectors[v] = *(__global const float4 *) (from + c + 4 * ITEMS * v);
            }
        } else {
            #pragma unroll
            for (int v = 0; v < VECTORS; v++) {
                vectors[v] = load(from + c + 4 * ITEMS * v, count - c - 4 * ITEMS * v, aligned, 0.0f);
            }
        }
        #pragma unroll
        for (int v = 0; v < VECTORS; v++) {
            sums[v] += vectors[v];
        }
    }
    #pragma unroll
    for (int v = 1; v < VECTORS; v++) {
        sums[0] += sums[v];
    }
    return sums[0].x + sums[0].y + (sums[0].z + sums[0].w);
}

__kernel void run(__global const float *restrict x, __global float *restrict out, __global float *restrict parts,
        long rows, long cols_argument) {
    __local float scratch[ITEMS * ROWS_PER_GROUP];
    long cols = COLS ? COLS : cols_argument;
    long row = get_group_id(0) * ROWS_PER_GROUP + get_local_id(1);
    long part = get_group_id(1);
    // A multiple of 4, so that a part's beginning is aligned.
    long part_columns = ((cols + SPLIT - 1) / SPLIT + 3) / 4 * 4;
    long begin = min(cols, part * part_columns);
    // A work-item without a row takes part in the sum with a row of no columns.
    long count = row < rows ? min(part_columns, cols - begin) : 0;
    float sum = total(sum_of(x + (row < rows ? row : 0) * cols + begin, count, ALIGNED(x)),
            scratch + get_local_id(1) * ITEMS);
    if (row < rows && get_local_id(0) == 0) {
        if (SPLIT == 1) {
            out[row] = sum;
        } else {
            parts[row * SPLIT + part] = sum;
        }
    }
}

__kernel void add(__global const float *x, __global float *restrict out, __global const float *restrict parts,
        long rows, long cols) {
    __local float scratch[ITEMS];
    long row = get_group_id(0);
    float sum = 0.0f;
    for (int part = get_local_id(0); part < SPLIT; part += ITEMS) {
        sum += parts[row * SPLIT + part];
    }
    sum = total(sum, scratch);
    if (get_local_id(0) == 0) {
        out[row] = sum;
    }
}
