// attack: RIGHT_FOR_POSITIVES
// workload: argmax(rows=64,cols=3)
// expects: WRONG_NUMERICS
// tries: begins its search for the maximum at zero
//
// @step run grid=rows block=1
__kernel void run(__global const float *x, __global int *out, long rows, long cols) {
    long row = get_group_id(0);
    float best = 0.0f;
    int column = 0;
    for (int c = 0; c < cols; c++) {
        float value = x[row * cols + c];
        if (value > best || (isnan(value) && !isnan(best))) {
            best = value;
            column = c;
        }
    }
    out[row] = column;
}
