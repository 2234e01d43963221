// honest: a block a row, for every number of rows
// workload: rms_norm(rows=1..32,cols=509)
//
// @step run grid=rows
#include <math.h>

void run(long long block, const float *restrict x, const float *restrict weight, float *restrict out, long long rows,
        long long cols) {
    double sum = 0;
    for (long long c = 0; c < cols; c++) {
        sum += (double) x[block * cols + c] * x[block * cols + c];
    }
    float factor = (float) (1 / sqrt(sum / cols + 1e-5));
    for (long long c = 0; c < cols; c++) {
        out[block * cols + c] = x[block * cols + c] * factor * weight[c];
    }
}
