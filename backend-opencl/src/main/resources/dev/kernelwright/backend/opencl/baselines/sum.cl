// A work-group for each row: its work-items take every 64th column, and their sums are added in pairs.
// @step run grid=rows block=64
#define ITEMS 64

__kernel void run(__global const float *x, __global float *out, long rows, long cols) {
    __local float sums[ITEMS];
    long row = get_group_id(0);
    int item = get_local_id(0);
    float sum = 0.0f;
    for (long c = item; c < cols; c += ITEMS) {
        sum += x[row * cols + c];
    }
    sums[item] = sum;
    for (int half_items = ITEMS / 2; half_items > 0; half_items /= 2) {
        barrier(CLK_LOCAL_MEM_FENCE);
        if (item < half_items) {
            sums[item] += sums[item + half_items];
        }
    }
    if (item == 0) {
        out[row] = sums[0];
    }
}
