// A work-group for each row: its work-items take every 64th column, and their sums are added in pairs. The mean is
// rounded; the mean of the differences from it, which are small and nearly exact, makes good for that.
// @step run grid=rows block=64
#define EPS 1e-5
#define ITEMS 64

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

__kernel void run(__global const float *x, __global const float *weight, __global const float *bias,
        __global float *out, long rows, long cols) {
    __local float scratch[ITEMS];
    long start = get_group_id(0) * cols;
    int item = get_local_id(0);
    float sum = 0.0f;
    for (long c = item; c < cols; c += ITEMS) {
        sum += x[start + c];
    }
    float mean = total(sum, scratch) / cols;
    float differences = 0.0f;
    float squares = 0.0f;
    for (long c = item; c < cols; c += ITEMS) {
        float difference = x[start + c] - mean;
        differences += difference;
        squares += difference * difference;
    }
    float correction = total(differences, scratch) / cols;
    float variance = fmax(total(squares, scratch) / cols - correction * correction, 0.0f);
    float scale = 1.0f / sqrt(variance + (float) EPS);
    for (long c = item; c < cols; c += ITEMS) {
        out[start + c] = (x[start + c] - mean - correction) * scale * weight[c] + bias[c];
    }
}
