// Copies to and fro, so that no copy makes another one needless; past the caches where the processor can write so.
// A block for each thread, which keeps to its part.
// @step run grid=THREADS
#ifdef __AVX__
#include <immintrin.h>
#endif
#define CACHED_FLOATS (1 << 21)

typedef float vector __attribute__((vector_size(64))) __attribute__((aligned(4)));

static void copy(const float *from, float *to, long long count, long long all) {
#ifdef __AVX__
    if (all > CACHED_FLOATS) {
        for (long long i = 0; i < count; i += 8) {
            _mm256_stream_ps(to + i, _mm256_loadu_ps(from + i));
        }
        _mm_sfence();
        return;
    }
#endif
    for (long long i = 0; i < count; i += 16) {
        *(vector *) (to + i) = *(const vector *) (from + i);
    }
}

void run(long long block, const float *restrict x, float *restrict out, long long n, long long repeats) {
    long long part = n / THREADS / 16 * 16;
    float *mine = (float *) x + block * part;
    for (long long repeat = 0; repeat < repeats; repeat++) {
        if (repeat % 2 == 0) {
            copy(mine, out + block * part, part, n);
        } else {
            copy(out + block * part, mine, part, n);
        }
    }
}
