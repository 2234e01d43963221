// honest: from the last element to the first
// workload: argmax(rows=13,cols=1021)
//
// @step run grid=rows block=1
__kernel void run(__global const float *x, __global int *out, long rows, long cols) {
    long row = get_group_id(0);
    float best = x[row * cols + cols - 1];
    int column = cols - 1;
    for (int c = cols - 2; c >= 0; c--) {
        float value = x[row * cols + c];
        if (isnan(value) || value >= best) {
            best = value;
            column = c;
        }
    }
    out[row] = column;
}
