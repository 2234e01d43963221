// A block for each row. An id out of its range makes NaN.
// @step run grid=rows
#include <math.h>

void run(long long row, const int *restrict ids, const float *restrict table, float *restrict out, long long rows,
        long long vocab, long long dim) {
    long long id = ids[row];
    for (long long d = 0; d < dim; d++) {
        out[row * dim + d] = id >= 0 && id < vocab ? table[id * dim + d] : NAN;
    }
}
