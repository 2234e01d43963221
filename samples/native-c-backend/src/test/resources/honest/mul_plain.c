// honest: a plain loop
// workload: mul(n=10007)
//
// @step run grid=1
void run(long long block, const float *restrict a, const float *restrict b, float *restrict out, long long n) {
    for (long long i = 0; i < n; i++) {
        out[i] = a[i] * b[i];
    }
}
