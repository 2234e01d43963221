// ITEMS work-items share a row, and a work-group has ROWS_PER_GROUP rows. A work-item keeps VECTORS vectors of four of
// its row in registers; what is beyond those is read again for each pass.
//
// @parameter ITEMS 256 32 64 128 512 1024
// @parameter ROWS_PER_GROUP 1 4
// @parameter VECTORS 8 1 2 4
// @require ROWS_PER_GROUP == 1 || ITEMS * ROWS_PER_GROUP <= 256
// @require ITEMS * VECTORS <= max(2048, cols / 2)
// @require ITEMS * VECTORS * 4 >= min(8192, cols)
// @step run grid=ceil_div(rows,ROWS_PER_GROUP) block=ITEMS;ROWS_PER_GROUP
#define ITEMS 256
#define ROWS_PER_GROUP 1
#define VECTORS 8
#define COLS 0
#define EPS 0
// How many vectors a work-item keeps: no more than a row has, where that is known.
#if COLS > 0 && COLS <= 4 * ITEMS * (VECTORS - 1)
#define KEPT ((COLS + 4 * ITEMS - 1) / (4 * ITEMS))
#else
#define KEPT VECTORS
#endif
// So many work-items of a row add up the values of all, and every one of them what those have.
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

static void store(float4 vector, __global float *to, int left, bool aligned) {
    if (left >= 4 && aligned) {
        *(__global float4 *) to = vector;
        return;
    }
    if (left > 0) {
        to[0] = vector.x;
    }
    if (left > 1) {
        to[1] = vector.y;
    }
    if (left > 2) {
        to[2] = vector.z;
    }
    if (left > 3) {
        to[3] = vector.w;
    }
}

/** Returns to every work-item of a row the sum of all their values. */
static float total(float value, __local float *scratch) {
    int item = get_local_id(0);
    barrier(CLK_LOCAL_MEM_FENCE);
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

__kernel void run(__global const float *restrict x, __global const float *restrict weight,
        __global float *restrict out, long rows, long cols_argument) {
    __local float scratch_of_rows[ITEMS * ROWS_PER_GROUP];
    __local float *scratch = scratch_of_rows + get_local_id(1) * ITEMS;
    long cols = COLS ? COLS : cols_argument;
    bool aligned = ALIGNED(x) && ALIGNED(weight) && ALIGNED(out);
    int begin = 4 * get_local_id(0);
    int rest = begin + 4 * ITEMS * KEPT;
    long row = get_group_id(0) * ROWS_PER_GROUP + get_local_id(1);
    // A work-item without a row takes part in the sums with a row of no columns.
    int count = row < rows ? (int) cols : 0;
    __global const float *from = x + (row < rows ? row : 0) * cols;
    __global float *to = out + (row < rows ? row : 0) * cols;
    float4 kept[KEPT];
    #pragma unroll
    for (int v = 0; v < KEPT; v++) {
        int c = begin + 4 * ITEMS * v;
        kept[v] = load(from + c, count - c, aligned, 0.0f);
    }
    float4 squares = 0.0f;
    #pragma unroll
    for (int v = 0; v < KEPT; v++) {
        squares = fma(kept[v], kept[v], squares);
    }
    for (int c = rest; c < count; c += 4 * ITEMS) {
        float4 vector = load(from + c, count - c, aligned, 0.0f);
        squares = fma(vector, vector, squares);
    }
    float sum = total(squares.x + squares.y + (squares.z + squares.w), scratch);
    float scale = 1.0f / sqrt(sum / cols + (float) EPS);
    #pragma unroll
    for (int v = 0; v < KEPT; v++) {
        int c = begin + 4 * ITEMS * v;
        store(kept[v] * scale * load(weight + c, count - c, aligned, 0.0f), to + c, count - c, aligned);
    }
    for (int c = rest; c < count; c += 4 * ITEMS) {
        float4 vector = load(from + c, count - c, aligned, 0.0f);
        store(vector * scale * load(weight + c, count - c, aligned, 0.0f), to + c, count - c, aligned);
    }
}
