// honest: mean and variance in one pass, by the method of Welford
// workload: layer_norm(rows=13,cols=509)
//
// @step run grid=rows block=1
#pragma OPENCL EXTENSION cl_khr_fp64 : enable

__kernel void run(__global const float *x, __global const float *weight, __global const float *bias,
        __global float *out, long rows, long cols) {
    long start = get_group_id(0) * cols;
    double mean = 0.0;
    double squares = 0.0;
    for (long c = 0; c < cols; c++) {
        double difference = x[start + c] - mean;
        mean += difference / (c + 1);
        squares += difference * (x[start + c] - mean);
    }
    double scale = 1 / sqrt(squares / cols + 1e-5);
    for (long c = 0; c < cols; c++) {
        out[start + c] = (float) ((x[start + c] - mean) * scale * weight[c] + bias[c]);
    }
}
