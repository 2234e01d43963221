// honest: the same for every shape
// workload: layer_norm(rows=1..16,cols=1..300)
//
// @step run grid=rows block=1
#pragma OPENCL EXTENSION cl_khr_fp64 : enable

__kernel void run(__global const float *x, __global const float *weight, __global const float *bias,
        __global float *out, long rows, long cols) {
    long start = get_group_id(0) * cols;
    double sum = 0;
    for (long c = 0; c < cols; c++) {
        sum += x[start + c];
    }
    double mean = sum / cols;
    double squares = 0;
    for (long c = 0; c < cols; c++) {
        squares += (x[start + c] - mean) * (x[start + c] - mean);
    }
    double scale = 1 / sqrt(squares / cols + 1e-5);
    for (long c = 0; c < cols; c++) {
        out[start + c] = (float) ((x[start + c] - mean) * scale * weight[c] + bias[c]);
    }
}
