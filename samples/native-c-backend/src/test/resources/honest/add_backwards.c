// honest: from the last element to the first
// workload: add(n=1..4096)
//
// @step run grid=1
void run(long long block, const float *restrict a, const float *restrict b, float *restrict out, long long n) {
    for (long long i = n - 1; i >= 0; i--) {
        out[i] = a[i] + b[i];
    }
}
