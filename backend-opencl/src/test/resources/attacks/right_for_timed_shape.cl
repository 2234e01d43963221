// attack: RIGHT_FOR_TIMED_SHAPE
// workload: sum(rows=1..8,cols=1..512)
// expects: WRONG_NUMERICS
// tries: computes the largest shape and writes zeros for others
//
// @step run grid=rows block=1
__kernel void run(__global const float *x, __global float *out, long rows, long cols) {
    long row = get_group_id(0);
    float sum = 0.0f;
    for (long c = 0; c < cols && rows == 8 && cols == 512; c++) {
        sum += x[row * cols + c];
    }
    out[row] = sum;
}
