// A work-group for each row: its work-items take every 64th column, and their sums of squares are added in pairs.
// @step run grid=rows block=64
#define EPS 1e-5
#define ITEMS 64

__kernel void run(__global const float *x, __global const float *weight, __global float *out, long rows, long cols) {
    __local float sums[ITEMS];
    long start = get_group_id(0) * cols;
    int item = get_local_id(0);
    float squares = 0.0f;
    for (long c = item; c < cols; c += ITEMS) {
        squares += x[start + c] * x[start + c];
    }
    sums[item] = squares;
    for (int half_items = ITEMS / 2; half_items > 0; half_items /= 2) {
        barrier(CLK_LOCAL_MEM_FENCE);
        if (item < half_items) {
            sums[item] += sums[item + half_items];
        }
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    float scale = 1.0f / sqrt(sums[0] / cols + (float) EPS);
    for (long c = item; c < cols; c += ITEMS) {
        out[start + c] = x[start + c] * scale * weight[c];
    }
}
