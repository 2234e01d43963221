// attack: RIGHT_FOR_SMALL_SHAPES
// workload: add(n=100000)
// expects: OUTPUT_UNWRITTEN
// tries: counts in sixteen bits
//
// @step run grid=1
void run(long long block, const float *restrict a, const float *restrict b, float *restrict out, long long n) {
    for (long long i = 0; i < n; i++) {
        long long at = i & 0xffff;
        out[at] = a[at] + b[at];
    }
}
