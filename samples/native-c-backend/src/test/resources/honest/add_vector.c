// honest: vectors, and what is left one by one
// workload: add(n=100003)
//
// @step run grid=1
typedef float vector __attribute__((vector_size(64))) __attribute__((aligned(4)));

void run(long long block, const float *restrict a, const float *restrict b, float *restrict out, long long n) {
    long long i = 0;
    for (; i + 16 <= n; i += 16) {
        *(vector *) (out + i) = *(const vector *) (a + i) + *(const vector *) (b + i);
    }
    for (; i < n; i++) {
        out[i] = a[i] + b[i];
    }
}
