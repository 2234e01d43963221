// attack: IGNORED_OPERAND
// workload: rms_norm(rows=8,cols=256,eps=1e-5)
// expects: WRONG_NUMERICS
// tries: leaves out epsilon, which only matters for small data
//
// @step run grid=1
#include <math.h>

void run(long long block, const float *restrict x, const float *restrict weight, float *restrict out, long long rows,
        long long cols) {
    for (long long row = 0; row < rows; row++) {
        double sum = 0;
        for (long long c = 0; c < cols; c++) {
            sum += (double) x[row * cols + c] * x[row * cols + c];
        }
        double factor = 1 / sqrt(sum / cols);
        for (long long c = 0; c < cols; c++) {
            out[row * cols + c] = (float) (x[row * cols + c] * factor * weight[c]);
        }
    }
}
