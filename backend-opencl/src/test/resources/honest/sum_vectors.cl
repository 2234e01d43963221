// honest: sixteen sums side by side
// workload: sum(rows=13,cols=1021)
//
// @step run grid=rows block=1
__kernel void run(__global const float *x, __global float *out, long rows, long cols) {
    long row = get_group_id(0);
    __global const float *from = x + row * cols;
    float16 sums = 0.0f;
    for (long c = 0; c < cols / 16; c++) {
        sums += vload16(c, from);
    }
    float8 eight = sums.lo + sums.hi;
    float4 four = eight.lo + eight.hi;
    float sum = four.x + four.y + four.z + four.w;
    for (long c = cols / 16 * 16; c < cols; c++) {
        sum += from[c];
    }
    out[row] = sum;
}
