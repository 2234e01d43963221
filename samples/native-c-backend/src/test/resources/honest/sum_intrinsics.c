// honest: intrinsics where the processor has them
// workload: sum(rows=19,cols=1001)
//
// @step run grid=rows
#ifdef __AVX__
#include <immintrin.h>
#endif

void run(long long row, const float *restrict x, float *restrict out, long long rows, long long cols) {
    long long c = 0;
    float sum = 0;
#ifdef __AVX__
    __m256 sums = _mm256_setzero_ps();
    for (; c + 8 <= cols; c += 8) {
        sums = _mm256_add_ps(sums, _mm256_loadu_ps(x + row * cols + c));
    }
    float lanes[8];
    _mm256_storeu_ps(lanes, sums);
    for (int lane = 0; lane < 8; lane++) {
        sum += lanes[lane];
    }
#endif
    for (; c < cols; c++) {
        sum += x[row * cols + c];
    }
    out[row] = sum;
}
