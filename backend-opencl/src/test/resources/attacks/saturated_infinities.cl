// attack: HIDDEN_SPECIALS
// workload: sum(rows=13,cols=1021)
// expects: WRONG_NUMERICS
// tries: gives the largest number where a sum is infinite
//
// @step run grid=rows block=1
__kernel void run(__global const float *x, __global float *out, long rows, long cols) {
    long row = get_group_id(0);
    float sum = 0.0f;
    for (long c = 0; c < cols; c++) {
        sum += x[row * cols + c];
    }
    out[row] = isinf(sum) ? copysign(FLT_MAX, sum) : sum;
}
