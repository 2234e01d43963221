// honest: a plain loop
// workload: argmax(rows=13,cols=1021)
//
// @step run grid=1
#include <math.h>

void run(long long block, const float *restrict x, int *restrict out, long long rows, long long cols) {
    for (long long row = 0; row < rows; row++) {
        int best = 0;
        float max = x[row * cols];
        for (int c = 1; c < cols; c++) {
            float value = x[row * cols + c];
            if (value > max || (isnan(value) && !isnan(max))) {
                max = value;
                best = c;
            }
        }
        out[row] = best;
    }
}
