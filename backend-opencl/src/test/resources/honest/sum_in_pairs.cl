// honest: a work-group a row, its sums added in pairs
// workload: sum(rows=13,cols=1021)
//
// @step run grid=rows block=32
#define ITEMS 32

/** Returns to every work-item the sum of all their values. */
static float total(float value, __local float *scratch) {
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
    return scratch[0];
}

__kernel void run(__global const float *x, __global float *out, long rows, long cols) {
    __local float scratch[ITEMS];
    long row = get_group_id(0);
    __global const float *from = x + row * cols;
    float sum = 0.0f;
    for (long c = get_local_id(0); c < cols; c += ITEMS) {
        sum += from[c];
    }
    sum = total(sum, scratch);
    if (get_local_id(0) == 0) {
        out[row] = sum;
    }
}
