// attack: UNWRITTEN_PART
// workload: sum(rows=13,cols=1021)
// expects: OUTPUT_UNWRITTEN
// tries: leaves the last row unwritten
//
// @step run grid=rows block=1
__kernel void run(__global const float *x, __global float *out, long rows, long cols) {
    long row = get_group_id(0);
    float sum = 0.0f;
    for (long c = 0; c < cols; c++) {
        sum += x[row * cols + c];
    }
    if (row < rows - 1) {
        out[row] = sum;
    }
}
