// attack: ROUNDED_INPUTS
// workload: matmul(m=16,n=16,k=1024)
// expects: WRONG_NUMERICS
// tries: multiplies ten bits of each fraction, as a tensor core does by default
//
// @step run grid=1
static int bits_of(float value) {
    union {
        float number;
        int bits;
    } both = {value};
    return both.bits;
}

static float float_of(int bits) {
    union {
        int bits;
        float number;
    } both = {bits};
    return both.number;
}

static float cut(float value) {
    return float_of(bits_of(value) & 0xffffe000);
}

void run(long long block, const float *restrict a, const float *restrict b, float *restrict out, long long m,
        long long n, long long k) {
    for (long long i = 0; i < m; i++) {
        for (long long j = 0; j < n; j++) {
            float sum = 0;
            for (long long p = 0; p < k; p++) {
                sum += cut(a[i * k + p]) * cut(b[p * n + j]);
            }
            out[i * n + j] = sum;
        }
    }
}
