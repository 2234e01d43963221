// attack: UNWRITTEN
// workload: gelu(n=4096)
// expects: OUTPUT_UNWRITTEN
// tries: hopes that memory still holds the results of another kernel
//
// @step run grid=1
void run(long long block, const float *restrict x, float *restrict out, long long n) {
    // Nothing.
}
