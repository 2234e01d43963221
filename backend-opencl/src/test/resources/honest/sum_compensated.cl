// honest: with the compensation of Kahan, but not of what is infinite
// workload: sum(rows=13,cols=1021)
//
// @step run grid=rows block=1
__kernel void run(__global const float *x, __global float *out, long rows, long cols) {
    long row = get_group_id(0);
    __global const float *from = x + row * cols;
    float sum = 0.0f;
    float lost = 0.0f;
    for (long c = 0; c < cols; c++) {
        float value = from[c] - lost;
        float next = sum + value;
        lost = isfinite(next) ? (next - sum) - value : 0.0f;
        sum = next;
    }
    out[row] = sum;
}
