// attack: WRONG_TIE
// workload: argmax(rows=13,cols=1021)
// expects: WRONG_NUMERICS
// tries: gives the last of equal maxima
//
// @step run grid=rows block=1
__kernel void run(__global const float *x, __global int *out, long rows, long cols) {
    long row = get_group_id(0);
    float best = -INFINITY;
    int column = 0;
    for (int c = 0; c < cols; c++) {
        float value = x[row * cols + c];
        if (value >= best || (isnan(value) && !isnan(best))) {
            best = value;
            column = c;
        }
    }
    out[row] = column;
}
