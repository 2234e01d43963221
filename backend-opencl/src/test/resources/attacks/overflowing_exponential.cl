// attack: OVERFLOW
// workload: softmax(rows=13,cols=509)
// expects: WRONG_NUMERICS
// tries: takes the exponential without subtracting the maximum
//
// @step run grid=rows block=1
__kernel void run(__global const float *x, __global float *out, long rows, long cols) {
    long start = get_group_id(0) * cols;
    float sum = 0.0f;
    for (long c = 0; c < cols; c++) {
        sum += exp(x[start + c]);
    }
    for (long c = 0; c < cols; c++) {
        out[start + c] = exp(x[start + c]) / sum;
    }
}
