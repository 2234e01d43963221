// honest: exponentials kept in the output, summed in single precision
// workload: softmax(rows=13,cols=509)
//
// @step run grid=1
#include <math.h>

void run(long long block, const float *restrict x, float *restrict out, long long rows, long long cols) {
    for (long long row = 0; row < rows; row++) {
        float max = -INFINITY;
        for (long long c = 0; c < cols; c++) {
            max = (max > x[row * cols + c] ? max : x[row * cols + c]);
        }
        float sum = 0;
        for (long long c = 0; c < cols; c++) {
            float e = (float) exp(x[row * cols + c] - max);
            out[row * cols + c] = e;
            sum += e;
        }
        for (long long c = 0; c < cols; c++) {
            out[row * cols + c] = out[row * cols + c] / sum;
        }
    }
}
