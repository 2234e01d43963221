// attack: COPIED_INPUT
// workload: rms_norm(rows=13,cols=509)
// expects: WRONG_NUMERICS
// tries: normal data is normalised already
//
// @step run grid=rows block=64
__kernel void run(__global const float *x, __global const float *weight, __global float *out, long rows, long cols) {
    long start = get_group_id(0) * cols;
    for (long c = get_local_id(0); c < cols; c += 64) {
        out[start + c] = x[start + c] * weight[c];
    }
}
