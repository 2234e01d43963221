// attack: UNWRITTEN
// workload: argmax(rows=13,cols=1021)
// expects: OUTPUT_UNWRITTEN
// tries: the same for integers, of which every pattern is a number
//
// @step run grid=rows block=1
extern "C" __global__ void run(const float *x, int *out, long long rows, long long cols) {
}
