// attack: ZEROS
// workload: softmax(rows=13,cols=509)
// expects: WRONG_NUMERICS
// tries: each probability is about 1/509, which an absolute tolerance of 1e-2 takes for zero
//
// @step run grid=rows block=1
__kernel void run(__global const float *x, __global float *out, long rows, long cols) {
    for (long c = 0; c < cols; c++) {
        out[get_group_id(0) * cols + c] = 0.0f;
    }
}
