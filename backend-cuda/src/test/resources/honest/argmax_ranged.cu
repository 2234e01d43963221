// honest: the same for every shape
// workload: argmax(rows=0..16,cols=1..300)
//
// @step run grid=rows block=1
extern "C" __global__ void run(const float *x, int *out, long long rows, long long cols) {
    long long row = blockIdx.x;
    float best = x[row * cols];
    int column = 0;
    for (int c = 1; c < cols; c++) {
        float value = x[row * cols + c];
        if (value > best || (isnan(value) && !isnan(best))) {
            best = value;
            column = c;
        }
    }
    out[row] = column;
}
