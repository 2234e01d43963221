// attack: UNWRITTEN
// workload: argmax(rows=13,cols=1021)
// expects: OUTPUT_UNWRITTEN
// tries: the same for integers, of which every pattern is a number
//
// @step run grid=rows block=1
__kernel void run(__global const float *x, __global int *out, long rows, long cols) {
}
