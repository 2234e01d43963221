// attack: RIGHT_FOR_TIMED_SHAPE
// workload: sum(rows=1..8,cols=1..512)
// expects: WRONG_NUMERICS
// tries: computes the largest shape and writes zeros for others
//
// @step run grid=1
void run(long long block, const float *restrict x, float *restrict out, long long rows, long long cols) {
    for (long long row = 0; row < rows; row++) {
        float sum = 0;
        for (long long c = 0; c < cols && rows == 8 && cols == 512; c++) {
            sum += x[row * cols + c];
        }
        out[row] = sum;
    }
}
