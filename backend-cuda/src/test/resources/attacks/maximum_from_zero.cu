// attack: RIGHT_FOR_POSITIVES
// workload: argmax(rows=64,cols=3)
// expects: WRONG_NUMERICS
// tries: begins its search for the maximum at zero
//
// @step run grid=rows block=1
extern "C" __global__ void run(const float *x, int *out, long long rows, long long cols) {
    long long row = blockIdx.x;
    float best = 0.0f;
    int column = 0;
    for (int c = 0; c < cols; c++) {
        float value = x[row * cols + c];
        if (value > best || (isnan(value) && !isnan(best))) {
            best = value;
            column = c;
        }
    }
    out[row] = column;
}
