// A work-group makes ROWS_PER_GROUP rows, one after the other. Its work-items take neighbouring vectors of a row, and
// then the next ITEMS, into VECTORS accumulators. A CPU prefers work-groups of one work-item, a GPU large ones.
//
// The mean is rounded; the mean of the differences from it, which are small and nearly exact, makes good for that.
//
// @cpu parameter ITEMS 1
// @cpu parameter WIDTH 16 8
// @cpu parameter VECTORS 4 2 8
// @cpu parameter ROWS_PER_GROUP 1 4 16 64
// @gpu parameter ITEMS 256 64 128 512
// @gpu parameter WIDTH 1 4
// @gpu parameter VECTORS 4 1 2
// @gpu parameter ROWS_PER_GROUP 1
// @require ITEMS == 256 || ITEMS / 2 < cols
// @require ROWS_PER_GROUP == 1 || ROWS_PER_GROUP / 4 < rows
// @step run grid=ceil_div(rows,ROWS_PER_GROUP) block=ITEMS
#define EPS 1e-5
#define ITEMS 64
#define WIDTH 4
#define VECTORS 2
#define ROWS_PER_GROUP 1

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

__kernel void run(__global const float *restrict x, __global const float *restrict weight,
        __global const float *restrict bias, __global float *restrict out, long rows, long cols) {
    __local float scratch[ITEMS];
    long step = ITEMS * WIDTH;
    long begin = get_local_id(0) * WIDTH;
    long tail = cols / WIDTH * WIDTH + get_local_id(0);
    long first = get_group_id(0) * ROWS_PER_GROUP;
    for (long row = first; row < min(first + ROWS_PER_GROUP, rows); row++) {
        __global const float *from = x + row * cols;
        __global float *to = out + row * cols;
        vector_t sums[VECTORS];
        vector_t squares[VECTORS];
        #pragma unroll
        for (int v = 0; v < VECTORS; v++) {
            sums[v] = 0.0f;
            squares[v] = 0.0f;
        }
        long c = begin;
        for (; c + (VECTORS - 1) * step + WIDTH <= cols; c += VECTORS * step) {
            #pragma unroll
            for (int v = 0; v < VECTORS; v++) {
                sums[v] += LOAD(from + c + v * step);
            }
        }
        for (; c + WIDTH <= cols; c += step) {
            sums[0] += LOAD(from + c);
        }
        float sum = add_lanes(sums);
        for (c = tail; c < cols; c += ITEMS) {
            sum += from[c];
        }
        float mean = total(sum, scratch) / cols;

        #pragma unroll
        for (int v = 0; v < VECTORS; v++) {
            sums[v] = 0.0f;
        }
        for (c = begin; c + (VECTORS - 1) * step + WIDTH <= cols; c += VECTORS * step) {
            #pragma unroll
            for (int v = 0; v < VECTORS; v++) {
                vector_t difference = LOAD(from + c + v * step) - mean;
                sums[v] += difference;
                squares[v] = fma(difference, difference, squares[v]);
            }
        }
        for (; c + WIDTH <= cols; c += step) {
            vector_t difference = LOAD(from + c) - mean;
            sums[0] += difference;
            squares[0] = fma(difference, difference, squares[0]);
        }
        float square = add_lanes(squares);
        sum = add_lanes(sums);
        for (c = tail; c < cols; c += ITEMS) {
            float difference = from[c] - mean;
            sum += difference;
            square = fma(difference, difference, square);
        }
        float correction = total(sum, scratch) / cols;
        float variance = fmax(total(square, scratch) / cols - correction * correction, 0.0f);
        float scale = 1.0f / sqrt(variance + (float) EPS);

        for (c = begin; c + WIDTH <= cols; c += step) {
            STORE((LOAD(from + c) - mean - correction) * scale * LOAD(weight + c) + LOAD(bias + c), to + c);
        }
        for (c = tail; c < cols; c += ITEMS) {
            to[c] = (from[c] - mean - correction) * scale * weight[c] + bias[c];
        }
    }
}
