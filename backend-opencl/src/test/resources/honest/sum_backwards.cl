// honest: from the last element to the first
// workload: sum(rows=13,cols=1021)
//
// @step run grid=rows block=1
__kernel void run(__global const float *x, __global float *out, long rows, long cols) {
    long row = get_group_id(0);
    __global const float *from = x + row * cols;
    float sum = 0.0f;
    for (long c = cols - 1; c >= 0; c--) {
        sum += from[c];
    }
    out[row] = sum;
}
