// honest: three passes in double precision
// workload: softmax(rows=13,cols=509)
//
// @step run grid=1
#include <math.h>

void run(long long block, const float *restrict x, float *restrict out, long long rows, long long cols) {
    for (long long row = 0; row < rows; row++) {
        double max = -INFINITY;
        for (long long c = 0; c < cols; c++) {
            max = (max > x[row * cols + c] ? max : x[row * cols + c]);
        }
        double sum = 0;
        for (long long c = 0; c < cols; c++) {
            sum += exp(x[row * cols + c] - max);
        }
        for (long long c = 0; c < cols; c++) {
            out[row * cols + c] = (float) (exp(x[row * cols + c] - max) / sum);
        }
    }
}
