// attack: MEAN
// workload: rms_norm(rows=8,cols=512)
// expects: WRONG_NUMERICS
// tries: writes the mean of each row
//
// @step run grid=1
void run(long long block, const float *restrict x, const float *restrict weight, float *restrict out, long long rows,
        long long cols) {
    for (long long row = 0; row < rows; row++) {
        float mean = 0;
        for (long long c = 0; c < cols; c++) {
            mean += x[row * cols + c] / cols;
        }
        for (long long c = 0; c < cols; c++) {
            out[row * cols + c] = mean;
        }
    }
}
