// honest: mean and variance in one pass, by the method of Welford
// workload: layer_norm(rows=13,cols=509)
//
// @step run grid=1
#include <math.h>

void run(long long block, const float *restrict x, const float *restrict weight, const float *restrict bias,
        float *restrict out, long long rows, long long cols) {
    for (long long row = 0; row < rows; row++) {
        double mean = 0;
        double squares = 0;
        for (long long c = 0; c < cols; c++) {
            double difference = x[row * cols + c] - mean;
            mean += difference / (c + 1);
            squares += difference * (x[row * cols + c] - mean);
        }
        double factor = 1 / sqrt(squares / cols + 1e-5);
        for (long long c = 0; c < cols; c++) {
            out[row * cols + c] = (float) ((x[row * cols + c] - mean) * factor * weight[c] + bias[c]);
        }
    }
}
