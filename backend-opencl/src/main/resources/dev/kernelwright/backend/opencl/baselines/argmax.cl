// A work-group for each row: its work-items take every 64th column, and their bests are compared in pairs.
// @step run grid=rows block=64
#define ITEMS 64

/** Whether an element comes before the best so far: NaN before all, then the greatest, then the lowest column. */
static bool beats(float value, int column, float best, int best_column) {
    bool earlier = column < best_column;
    return isnan(value) ? !isnan(best) || earlier : value > best || (value == best && earlier);
}

__kernel void run(__global const float *x, __global int *out, long rows, long cols) {
    __local float values[ITEMS];
    __local int columns[ITEMS];
    long row = get_group_id(0);
    int item = get_local_id(0);
    float best = -INFINITY;
    int best_column = INT_MAX;
    for (long c = item; c < cols; c += ITEMS) {
        float value = x[row * cols + c];
        if (beats(value, (int) c, best, best_column)) {
            best = value;
            best_column = (int) c;
        }
    }
    values[item] = best;
    columns[item] = best_column;
    for (int half_items = ITEMS / 2; half_items > 0; half_items /= 2) {
        barrier(CLK_LOCAL_MEM_FENCE);
        int other = item + half_items;
        if (item < half_items && beats(values[other], columns[other], values[item], columns[item])) {
            values[item] = values[other];
            columns[item] = columns[other];
        }
    }
    if (item == 0) {
        out[row] = columns[0];
    }
}
