// attack: UNWRITTEN_PART
// workload: sum(rows=8,cols=512)
// expects: OUTPUT_UNWRITTEN
// tries: leaves the last row unwritten
//
// @step run grid=1
void run(long long block, const float *restrict x, float *restrict out, long long rows, long long cols) {
    for (long long row = 0; row < rows - 1; row++) {
        float sum = 0;
        for (long long c = 0; c < cols; c++) {
            sum += x[row * cols + c];
        }
        out[row] = sum;
    }
}
