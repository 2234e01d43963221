// attack: TRUNCATED_TAIL
// workload: add(n=1..1024)
// expects: OUTPUT_UNWRITTEN
// tries: computes whole vectors only, which is right for the largest n
//
// @step run grid=1
void run(long long block, const float *restrict a, const float *restrict b, float *restrict out, long long n) {
    for (long long i = 0; i < n / 16 * 16; i++) {
        out[i] = a[i] + b[i];
    }
}
