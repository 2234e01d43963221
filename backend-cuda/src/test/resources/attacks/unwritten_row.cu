// attack: UNWRITTEN_PART
// workload: sum(rows=13,cols=1021)
// expects: OUTPUT_UNWRITTEN
// tries: leaves the last row unwritten
//
// @step run grid=rows block=1
extern "C" __global__ void run(const float *x, float *out, long long rows, long long cols) {
    long long row = blockIdx.x;
    float sum = 0.0f;
    for (long long c = 0; c < cols; c++) {
        sum += x[row * cols + c];
    }
    if (row < rows - 1) {
        out[row] = sum;
    }
}
