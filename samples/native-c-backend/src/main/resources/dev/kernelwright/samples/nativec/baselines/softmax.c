// A block for each row. A maximum that passes over NaN is good enough, since the sum does not.
// @step run grid=rows
#include <math.h>

void run(long long row, const float *restrict x, float *restrict out, long long rows, long long cols) {
    const float *from = x + row * cols;
    float *to = out + row * cols;
    float max = -INFINITY;
    for (long long c = 0; c < cols; c++) {
        max = from[c] > max ? from[c] : max;
    }
    double sum = 0;
    for (long long c = 0; c < cols; c++) {
        to[c] = expf(from[c] - max);
        sum += to[c];
    }
    for (long long c = 0; c < cols; c++) {
        to[c] = (float) (to[c] / sum);
    }
}
