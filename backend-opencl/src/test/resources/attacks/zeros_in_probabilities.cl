// attack: ZEROS
// workload: softmax(rows=8,cols=1024)
// expects: WRONG_NUMERICS
// tries: each probability is about 1/1024, which an absolute tolerance of 1e-3 takes for zero
//
// @step run grid=rows*cols/64 block=64
__kernel void run(__global const float *x, __global float *out, long rows, long cols) {
    out[get_global_id(0)] = 0.0f;
}
