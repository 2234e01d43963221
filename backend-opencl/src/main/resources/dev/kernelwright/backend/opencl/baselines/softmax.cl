// A work-group for each row: its work-items take every 64th column, once for the maximum, once for the sum and once for
// the results. A maximum that passes over NaN is good enough, since the sum does not.
// @step run grid=rows block=64
#define ITEMS 64

__kernel void run(__global const float *x, __global float *out, long rows, long cols) {
    __local float scratch[ITEMS];
    long start = get_group_id(0) * cols;
    int item = get_local_id(0);
    float max_value = -INFINITY;
    for (long c = item; c < cols; c += ITEMS) {
        max_value = fmax(max_value, x[start + c]);
    }
    scratch[item] = max_value;
    for (int half_items = ITEMS / 2; half_items > 0; half_items /= 2) {
        barrier(CLK_LOCAL_MEM_FENCE);
        if (item < half_items) {
            scratch[item] = fmax(scratch[item], scratch[item + half_items]);
        }
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    max_value = scratch[0];
    barrier(CLK_LOCAL_MEM_FENCE);
    float sum = 0.0f;
    for (long c = item; c < cols; c += ITEMS) {
        sum += exp(x[start + c] - max_value);
    }
    scratch[item] = sum;
    for (int half_items = ITEMS / 2; half_items > 0; half_items /= 2) {
        barrier(CLK_LOCAL_MEM_FENCE);
        if (item < half_items) {
            scratch[item] += scratch[item + half_items];
        }
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    float scale = 1.0f / scratch[0];
    for (long c = item; c < cols; c += ITEMS) {
        out[start + c] = exp(x[start + c] - max_value) * scale;
    }
}
