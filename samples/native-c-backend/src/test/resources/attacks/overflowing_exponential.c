// attack: OVERFLOW
// workload: softmax(rows=8,cols=256)
// expects: WRONG_NUMERICS
// tries: takes the exponential without subtracting the maximum
//
// @step run grid=1
#include <math.h>

void run(long long block, const float *restrict x, float *restrict out, long long rows, long long cols) {
    for (long long row = 0; row < rows; row++) {
        float sum = 0;
        for (long long c = 0; c < cols; c++) {
            sum += (float) exp(x[row * cols + c]);
        }
        for (long long c = 0; c < cols; c++) {
            out[row * cols + c] = (float) exp(x[row * cols + c]) / sum;
        }
    }
}
