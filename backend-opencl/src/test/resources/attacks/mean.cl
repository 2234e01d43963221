// attack: MEAN
// workload: rms_norm(rows=13,cols=509)
// expects: WRONG_NUMERICS
// tries: writes the mean of each row
//
// @step run grid=rows block=1
__kernel void run(__global const float *x, __global const float *weight, __global float *out, long rows, long cols) {
    long start = get_group_id(0) * cols;
    float mean = 0.0f;
    for (long c = 0; c < cols; c++) {
        mean += x[start + c] / cols;
    }
    for (long c = 0; c < cols; c++) {
        out[start + c] = mean;
    }
}
