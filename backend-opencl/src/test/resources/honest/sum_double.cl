// honest: in double precision
// workload: sum(rows=13,cols=1021)
//
// @step run grid=rows block=1
#pragma OPENCL EXTENSION cl_khr_fp64 : enable

__kernel void run(__global const float *x, __global float *out, long rows, long cols) {
    long row = get_group_id(0);
    __global const float *from = x + row * cols;
    double sum = 0.0;
    for (long c = 0; c < cols; c++) {
        sum += from[c];
    }
    out[row] = (float) sum;
}
