// honest: a work-item a row, in single precision
// workload: rms_norm(rows=13,cols=509)
//
// @step run grid=rows block=1
__kernel void run(__global const float *x, __global const float *weight, __global float *out, long rows, long cols) {
    long start = get_group_id(0) * cols;
    float squares = 0.0f;
    for (long c = 0; c < cols; c++) {
        squares += (float) x[start + c] * x[start + c];
    }
    float scale = (float) (1.0f / sqrt(squares / cols + 1e-5f));
    for (long c = 0; c < cols; c++) {
        out[start + c] = x[start + c] * scale * weight[c];
    }
}
