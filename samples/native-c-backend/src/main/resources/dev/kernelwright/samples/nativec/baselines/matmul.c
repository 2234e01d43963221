// A block for each row of the result: row after row of b is added to it, or a column after the other computed.
// @step run grid=m
#define TRANSPOSE_B 0

void run(long long row, const float *restrict a, const float *restrict b, float *restrict out, long long m,
        long long n, long long k) {
    const float *from = a + row * k;
    float *to = out + row * n;
    for (long long j = 0; j < n; j++) {
        float sum = 0;
        if (TRANSPOSE_B) {
            for (long long p = 0; p < k; p++) {
                sum += from[p] * b[j * k + p];
            }
        }
        to[j] = sum;
    }
    if (!TRANSPOSE_B) {
        for (long long p = 0; p < k; p++) {
            for (long long j = 0; j < n; j++) {
                to[j] += from[p] * b[p * n + j];
            }
        }
    }
}
