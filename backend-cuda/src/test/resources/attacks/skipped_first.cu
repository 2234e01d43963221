// attack: OFF_BY_ONE_EDGE
// workload: sum(rows=13,cols=1021)
// expects: WRONG_NUMERICS
// tries: begins to sum at the second element
//
// @step run grid=rows block=1
extern "C" __global__ void run(const float *x, float *out, long long rows, long long cols) {
    long long row = blockIdx.x;
    float sum = 0.0f;
    for (long long c = 1; c < cols; c++) {
        sum += x[row * cols + c];
    }
    out[row] = sum;
}
