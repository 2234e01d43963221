// honest: with the compensation of Kahan
// workload: sum(rows=13,cols=1021)
//
// @step run grid=1
#include <math.h>

void run(long long block, const float *restrict x, float *restrict out, long long rows, long long cols) {
    for (long long row = 0; row < rows; row++) {
        float sum = 0;
        float plain = 0;
        float lost = 0;
        for (long long c = 0; c < cols; c++) {
            plain += x[row * cols + c];
            float next = x[row * cols + c] - lost;
            float larger = sum + next;
            lost = larger - sum - next;
            lost = isnan(lost) ? 0 : lost;
            sum = larger;
        }
        // What was lost of an infinite sum is no number.
        out[row] = isnan(sum) ? plain : sum;
    }
}
