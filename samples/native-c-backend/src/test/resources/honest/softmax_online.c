// honest: maximum and sum in one pass, a block a row
// workload: softmax(rows=13,cols=509)
//
// @step run grid=rows
#include <math.h>

void run(long long block, const float *restrict x, float *restrict out, long long rows, long long cols) {
    double max = x[block * cols];
    double sum = max == -INFINITY ? 0 : 1;
    for (long long c = 1; c < cols; c++) {
        double value = x[block * cols + c];
        double larger = (max > value ? max : value);
        // Of two negative infinities, the difference would not be a number.
        double shift = larger == -INFINITY ? 0 : larger;
        sum = sum * exp(max - shift) + exp(value - shift);
        max = larger;
    }
    for (long long c = 0; c < cols; c++) {
        out[block * cols + c] = (float) (exp(x[block * cols + c] - max) / sum);
    }
}
