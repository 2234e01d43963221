// honest: exponentials kept in the output
// workload: softmax(rows=13,cols=509)
//
// @step run grid=rows block=1
__kernel void run(__global const float *x, __global float *out, long rows, long cols) {
    long row = get_group_id(0);
    __global const float *from = x + row * cols;
    __global float *to = out + row * cols;
    float greatest = -INFINITY;
    for (long c = 0; c < cols; c++) {
        greatest = fmax(greatest, from[c]);
    }
    float sum = 0.0f;
    for (long c = 0; c < cols; c++) {
        to[c] = exp(from[c] - greatest);
        sum += to[c];
    }
    for (long c = 0; c < cols; c++) {
        to[c] /= sum;
    }
}
