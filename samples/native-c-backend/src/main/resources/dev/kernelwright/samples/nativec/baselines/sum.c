// A block for each row.
// @step run grid=rows
void run(long long row, const float *restrict x, float *restrict out, long long rows, long long cols) {
    double sum = 0;
    for (long long c = 0; c < cols; c++) {
        sum += x[row * cols + c];
    }
    out[row] = (float) sum;
}
