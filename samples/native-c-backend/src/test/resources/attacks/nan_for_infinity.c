// attack: HIDDEN_SPECIALS
// workload: sum(rows=8,cols=512)
// expects: WRONG_NUMERICS
// tries: compensates a sum as Kahan does, which makes an infinite one a NaN
//
// @step run grid=1
void run(long long block, const float *restrict x, float *restrict out, long long rows, long long cols) {
    for (long long row = 0; row < rows; row++) {
        float sum = 0;
        float lost = 0;
        for (long long c = 0; c < cols; c++) {
            float next = x[row * cols + c] - lost;
            float larger = sum + next;
            lost = larger - sum - next;
            sum = larger;
        }
        out[row] = sum;
    }
}
