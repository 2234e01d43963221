// attack: WRONG_TIE
// workload: argmax(rows=16,cols=64)
// expects: WRONG_NUMERICS
// tries: gives the last of equal maxima
//
// @step run grid=1
#include <math.h>

void run(long long block, const float *restrict x, int *restrict out, long long rows, long long cols) {
    for (long long row = 0; row < rows; row++) {
        int best = 0;
        float max = x[row * cols];
        for (int c = 1; c < cols; c++) {
            float value = x[row * cols + c];
            if (value >= max || isnan(value)) {
                max = value;
                best = c;
            }
        }
        out[row] = best;
    }
}
