// honest: sums in double precision
// workload: rms_norm(rows=13,cols=509)
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
        float factor = (float) (1 / sqrt(sum / cols + 1e-5));
        for (long long c = 0; c < cols; c++) {
            out[row * cols + c] = x[row * cols + c] * factor * weight[c];
        }
    }
}
