// A block for each row; the mean first, and then the squares of the differences from it.
// @step run grid=rows
#include <math.h>
#define EPS 1e-5

void run(long long row, const float *restrict x, const float *restrict weight, const float *restrict bias,
        float *restrict out, long long rows, long long cols) {
    const float *from = x + row * cols;
    double sum = 0;
    for (long long c = 0; c < cols; c++) {
        sum += from[c];
    }
    double mean = sum / cols;
    double squares = 0;
    for (long long c = 0; c < cols; c++) {
        squares += (from[c] - mean) * (from[c] - mean);
    }
    double scale = 1 / sqrt(squares / cols + EPS);
    for (long long c = 0; c < cols; c++) {
        out[row * cols + c] = (float) ((from[c] - mean) * scale) * weight[c] + bias[c];
    }
}
