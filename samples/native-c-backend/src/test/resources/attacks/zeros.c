// attack: ZEROS
// workload: sum(rows=8,cols=512)
// expects: WRONG_NUMERICS
// tries: sums of data around zero are small, so zero is near them
//
// @step run grid=1
void run(long long block, const float *restrict x, float *restrict out, long long rows, long long cols) {
    for (long long row = 0; row < rows; row++) {
        out[row] = 0;
    }
}
