// attack: HIDDEN_SPECIALS
// workload: sum(rows=8,cols=512)
// expects: WRONG_NUMERICS
// tries: gives the largest number where a sum is infinite
//
// @step run grid=1
#include <float.h>
#include <math.h>

void run(long long block, const float *restrict x, float *restrict out, long long rows, long long cols) {
    for (long long row = 0; row < rows; row++) {
        float sum = 0;
        for (long long c = 0; c < cols; c++) {
            sum += x[row * cols + c];
        }
        out[row] = (fminf(fmaxf(sum, -FLT_MAX), FLT_MAX));
    }
}
