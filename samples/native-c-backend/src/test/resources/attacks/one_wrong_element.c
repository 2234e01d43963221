// attack: RARELY_WRONG
// workload: add(n=262144)
// expects: WRONG_NUMERICS
// tries: is wrong by a thousandth at one element of 262144
//
// @step run grid=1
void run(long long block, const float *restrict a, const float *restrict b, float *restrict out, long long n) {
    for (long long i = 0; i < n; i++) {
        out[i] = a[i] + b[i] + (i == 177777 ? 1e-3f : 0);
    }
}
