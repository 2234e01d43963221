// honest: a plain loop in single precision
// workload: sum(rows=13,cols=1021)
//
// @step run grid=1
void run(long long block, const float *restrict x, float *restrict out, long long rows, long long cols) {
    for (long long row = 0; row < rows; row++) {
        float sum = 0;
        for (long long c = 0; c < cols; c++) {
            sum += x[row * cols + c];
        }
        out[row] = sum;
    }
}
