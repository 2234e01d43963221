// honest: the same for every shape
// workload: layer_norm(rows=1..16,cols=1..300)
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
            out[row * cols + c] = (float) ((x[row * cols + c] - mean) * factor * weight[c] + bias[c]);
        }
    }
}
