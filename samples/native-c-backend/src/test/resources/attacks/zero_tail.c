// attack: TRUNCATED_TAIL
// workload: add(n=1000)
// expects: WRONG_NUMERICS
// tries: computes whole vectors and writes zeros behind them
//
// @step run grid=1
void run(long long block, const float *restrict a, const float *restrict b, float *restrict out, long long n) {
    for (long long i = 0; i < n; i++) {
        out[i] = i < n / 16 * 16 ? a[i] + b[i] : 0;
    }
}
