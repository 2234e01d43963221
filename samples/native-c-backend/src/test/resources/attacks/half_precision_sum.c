// attack: HALF_PRECISION
// workload: sum(rows=8,cols=512)
// expects: WRONG_NUMERICS
// tries: rounds the running sum to sixteen bits
//
// @step run grid=1
void run(long long block, const float *restrict x, float *restrict out, long long rows, long long cols) {
    for (long long row = 0; row < rows; row++) {
        float sum = 0;
        for (long long c = 0; c < cols; c++) {
            sum = (_Float16) (sum + x[row * cols + c]);
        }
        out[row] = sum;
    }
}
