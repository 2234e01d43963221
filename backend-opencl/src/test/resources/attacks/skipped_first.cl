// attack: OFF_BY_ONE_EDGE
// workload: sum(rows=13,cols=1021)
// expects: WRONG_NUMERICS
// tries: begins to sum at the second element
//
// @step run grid=rows block=1
__kernel void run(__global const float *x, __global float *out, long rows, long cols) {
    long row = get_group_id(0);
    float sum = 0.0f;
    for (long c = 1; c < cols; c++) {
        sum += x[row * cols + c];
    }
    out[row] = sum;
}
