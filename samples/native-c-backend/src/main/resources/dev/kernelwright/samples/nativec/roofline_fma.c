// Chains of multiply-adds in registers, enough of them that none waits for another: 192 in a repeat of a block.
// @step run grid=n
#if defined __AVX512F__
#define LANES 16
#elif defined __AVX__
#define LANES 8
#else
#define LANES 4
#endif
#define CHAINS 12

typedef float vector __attribute__((vector_size(4 * LANES)));

void run(long long block, const float *restrict x, float *restrict out, long long n, long long repeats) {
    float factor = x[block] + 0.999f;
    vector chains[CHAINS];
    for (int i = 0; i < CHAINS; i++) {
        chains[i] = (vector){} + (1 + 0.1f * i);
    }
    for (long long round = 0; round < repeats * (16 / LANES); round++) {
        #pragma GCC unroll 12
        for (int i = 0; i < CHAINS; i++) {
            chains[i] = chains[i] * factor + factor;
        }
    }
    vector sum = chains[0];
    for (int i = 1; i < CHAINS; i++) {
        sum += chains[i];
    }
    out[block] = 0;
    for (int lane = 0; lane < LANES; lane++) {
        out[block] += sum[lane];
    }
}
