// attack: ZEROS
// workload: sum(rows=13,cols=1021)
// expects: WRONG_NUMERICS
// tries: sums of data around zero are small, so zero is near them
//
// @step run grid=rows block=1
__kernel void run(__global const float *x, __global float *out, long rows, long cols) {
    long row = get_group_id(0);
    out[row] = 0.0f;
}
