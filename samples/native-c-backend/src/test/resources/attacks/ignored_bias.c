// attack: IGNORED_OPERAND
// workload: layer_norm(rows=8,cols=256)
// expects: WRONG_NUMERICS
// tries: leaves out the bias, which is often zero
//
// @step run grid=1
#include <math.h>

void run(long long block, const float *restrict x, const float *restrict weight, const float *restrict bias,
        float *restrict out, long long rows, long long cols) {
    for (long long row = 0; row < rows; row++) {
        double mean = 0;
        for (long long c = 0; c < cols; c++) {
            mean += (double) x[row * cols + c] / cols;
        }
        double variance = 0;
        for (long long c = 0; c < cols; c++) {
            double difference = x[row * cols + c] - mean;
            variance += difference * difference / cols;
        }
        double factor = 1 / sqrt(variance + 1e-5);
        for (long long c = 0; c < cols; c++) {
            out[row * cols + c] = (float) ((x[row * cols + c] - mean) * factor * weight[c]);
        }
    }
}
