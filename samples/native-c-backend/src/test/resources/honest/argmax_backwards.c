// honest: from the last element to the first
// workload: argmax(rows=13,cols=1021)
//
// @step run grid=1
#include <math.h>

void run(long long block, const float *restrict x, int *restrict out, long long rows, long long cols) {
    for (long long row = 0; row < rows; row++) {
        int best = (int) cols - 1;
        float max = x[row * cols + best];
        for (int c = best - 1; c >= 0; c--) {
            float value = x[row * cols + c];
            if (isnan(value) || value >= max) {
                max = value;
                best = c;
            }
        }
        out[row] = best;
    }
}
