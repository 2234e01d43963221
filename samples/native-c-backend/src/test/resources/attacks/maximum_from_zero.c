// attack: RIGHT_FOR_POSITIVES
// workload: argmax(rows=64,cols=3)
// expects: WRONG_NUMERICS
// tries: begins its search for the maximum at zero
//
// @step run grid=1
void run(long long block, const float *restrict x, int *restrict out, long long rows, long long cols) {
    for (long long row = 0; row < rows; row++) {
        int best = 0;
        float max = 0;
        for (int c = 0; c < cols; c++) {
            if (x[row * cols + c] > max) {
                max = x[row * cols + c];
                best = c;
            }
        }
        out[row] = best;
    }
}
