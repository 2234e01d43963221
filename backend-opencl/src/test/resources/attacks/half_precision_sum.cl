// attack: HALF_PRECISION
// workload: sum(rows=13,cols=1021)
// expects: WRONG_NUMERICS
// tries: rounds the running sum to sixteen bits
//
// @step run grid=rows block=1
static float in_half(float value) {
    ushort bits;
    vstore_half(value, 0, (half *) &bits);
    return vload_half(0, (const half *) &bits);
}

__kernel void run(__global const float *x, __global float *out, long rows, long cols) {
    long row = get_group_id(0);
    float sum = 0.0f;
    for (long c = 0; c < cols; c++) {
        sum = in_half(sum + x[row * cols + c]);
    }
    out[row] = sum;
}
