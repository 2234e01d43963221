// attack: CANCELLATION
// workload: layer_norm(rows=13,cols=509)
// expects: WRONG_NUMERICS
// tries: takes the variance as the mean of squares less the square of the mean, in single precision
//
// @step run grid=rows block=1
__kernel void run(__global const float *x, __global const float *weight, __global const float *bias,
        __global float *out, long rows, long cols) {
    long start = get_group_id(0) * cols;
    float sum = 0.0f;
    float squares = 0.0f;
    for (long c = 0; c < cols; c++) {
        sum += x[start + c];
    }
    float mean = sum / cols;
    for (long c = 0; c < cols; c++) {
        squares += x[start + c] * x[start + c];
    }
    float scale = 1.0f / sqrt(fmax(squares / cols - mean * mean, 0.0f) + 1e-5f);
    for (long c = 0; c < cols; c++) {
        out[start + c] = (x[start + c] - mean) * scale * weight[c] + bias[c];
    }
}
