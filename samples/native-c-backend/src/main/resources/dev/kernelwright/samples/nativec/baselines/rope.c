// A block for each row. A position out of its range makes NaN.
// @step run grid=rows
#include <math.h>
#define INTERLEAVED 0

void run(long long row, const float *restrict x, const float *restrict cosines, const float *restrict sines,
        const int *restrict position, float *restrict out, long long rows, long long heads, long long head_dim,
        long long positions) {
    long long pairs = head_dim / 2;
    int inside = position[row] >= 0 && position[row] < positions;
    for (long long head = row * heads; head < (row + 1) * heads; head++) {
        for (long long i = 0; i < pairs; i++) {
            float cosine = inside ? cosines[position[row] * pairs + i] : NAN;
            float sine = inside ? sines[position[row] * pairs + i] : NAN;
            long long first = head * head_dim + (INTERLEAVED ? 2 * i : i);
            long long second = first + (INTERLEAVED ? 1 : pairs);
            float x1 = x[first];
            float x2 = x[second];
            out[first] = x1 * cosine - x2 * sine;
            out[second] = x2 * cosine + x1 * sine;
        }
    }
}
