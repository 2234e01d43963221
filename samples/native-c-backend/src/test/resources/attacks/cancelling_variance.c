// attack: CANCELLATION
// workload: layer_norm(rows=8,cols=256)
// expects: WRONG_NUMERICS
// tries: takes the variance as the mean of squares less the square of the mean, in single precision
//
// @step run grid=1
#include <math.h>

void run(long long block, const float *restrict x, const float *restrict weight, const float *restrict bias,
        float *restrict out, long long rows, long long cols) {
    for (long long row = 0; row < rows; row++) {
        float sum = 0;
        float squares = 0;
        for (long long c = 0; c < cols; c++) {
            float value = x[row * cols + c];
            sum += value;
            squares += value * value;
        }
        float mean = sum / cols;
        float factor = (float) (1 / sqrt((0 > squares / cols - mean * mean ? 0 : squares / cols - mean * mean) + 1e-5));
        for (long long c = 0; c < cols; c++) {
            out[row * cols + c] = (x[row * cols + c] - mean) * factor * weight[c] + bias[c];
        }
    }
}
