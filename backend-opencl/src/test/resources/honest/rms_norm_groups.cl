// honest: a work-group a row
// workload: rms_norm(rows=13,cols=509)
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

__kernel void run(__global const float *x, __global const float *weight, __global float *out, long rows, long cols) {
    __local float scratch[ITEMS];
    long start = get_group_id(0) * cols;
    float squares = 0.0f;
    for (long c = get_local_id(0); c < cols; c += ITEMS) {
        squares += x[start + c] * x[start + c];
    }
    float scale = rsqrt(total(squares, scratch) / cols + 1e-5f);
    for (long c = get_local_id(0); c < cols; c += ITEMS) {
        out[start + c] = x[start + c] * scale * weight[c];
    }
}
