// attack: ZEROS
// workload: sum(rows=13,cols=1021)
// expects: WRONG_NUMERICS
// tries: sums of data around zero are small, so zero is near them
//
// @step run grid=rows block=1
extern "C" __global__ void run(const float *x, float *out, long long rows, long long cols) {
    long long row = blockIdx.x;
    out[row] = 0.0f;
}
