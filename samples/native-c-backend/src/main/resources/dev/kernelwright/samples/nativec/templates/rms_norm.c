// rms_norm: out = x / sqrt(mean(x * x) + eps) * weight, a block of rows at a time.
//
// The sum of squares keeps UNROLL independent vectors, which hides the latency of the multiply-add; the second pass finds
// the row in cache. STREAM writes past the caches, which saves reading what is overwritten, where that is more than they
// hold.
//
// @parameter STREAM 0 1
// @parameter UNROLL 4 2 8
// @parameter ROWS_PER_BLOCK 4 1 16 64
// @parameter LANES 16 8
// @require ROWS_PER_BLOCK == 4 || rows > ROWS_PER_BLOCK / 4
// @step run grid=ceil_div(rows,ROWS_PER_BLOCK)
#include <math.h>
#include <stdint.h>
#ifdef __AVX__
#include <immintrin.h>
#endif
#define STREAM 0
#define UNROLL 4
#define ROWS_PER_BLOCK 4
#define LANES 16
#define COLS 0
#define EPS 1e-5

typedef float vector __attribute__((vector_size(4 * LANES))) __attribute__((aligned(4)));

static float sum_of_squares(const float *x, long long cols) {
    vector sums[UNROLL] = {};
    long long c = 0;
    for (; c + UNROLL * LANES <= cols; c += UNROLL * LANES) {
        #pragma GCC unroll 8
        for (int i = 0; i < UNROLL; i++) {
            vector v = *(const vector *) (x + c + i * LANES);
            sums[i] += v * v;
        }
    }
    for (; c + LANES <= cols; c += LANES) {
        vector v = *(const vector *) (x + c);
        sums[0] += v * v;
    }
    for (int i = 1; i < UNROLL; i++) {
        sums[0] += sums[i];
    }
    float sum = 0;
    for (int lane = 0; lane < LANES; lane++) {
        sum += sums[0][lane];
    }
    for (; c < cols; c++) {
        sum += x[c] * x[c];
    }
    return sum;
}

static void scale(const float *x, const float *weight, float *out, long long cols, float factor) {
    long long c = 0;
#if STREAM && defined __AVX__
    for (; c < cols && (uintptr_t) (out + c) % 32 != 0; c++) {
        out[c] = x[c] * factor * weight[c];
    }
    __m256 factors = _mm256_set1_ps(factor);
    for (; c + 8 <= cols; c += 8) {
        __m256 scaled = _mm256_mul_ps(_mm256_loadu_ps(x + c), factors);
        _mm256_stream_ps(out + c, _mm256_mul_ps(scaled, _mm256_loadu_ps(weight + c)));
    }
    _mm_sfence();
#else
    for (; c + LANES <= cols; c += LANES) {
        *(vector *) (out + c) = *(const vector *) (x + c) * factor * *(const vector *) (weight + c);
    }
#endif
    for (; c < cols; c++) {
        out[c] = x[c] * factor * weight[c];
    }
}

void run(long long block, const float *restrict x, const float *restrict weight, float *restrict out, long long rows,
        long long cols_argument) {
    long long cols = COLS != 0 ? COLS : cols_argument;
    long long end = (block + 1) * ROWS_PER_BLOCK < rows ? (block + 1) * ROWS_PER_BLOCK : rows;
    for (long long row = block * ROWS_PER_BLOCK; row < end; row++) {
        float factor = (float) (1 / sqrt(sum_of_squares(x + row * cols, cols) / cols + EPS));
        scale(x + row * cols, weight, out + row * cols, cols, factor);
    }
}
