// attack: CONSTANT
// workload: softmax(rows=8,cols=1024)
// expects: WRONG_NUMERICS
// tries: writes what every probability is on average
//
// @step run grid=rows*cols/64 block=64
__kernel void run(__global const float *x, __global float *out, long rows, long cols) {
    out[get_global_id(0)] = 1.0f / cols;
}
