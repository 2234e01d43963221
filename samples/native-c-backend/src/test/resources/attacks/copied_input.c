// attack: COPIED_INPUT
// workload: gelu(n=4096)
// expects: WRONG_NUMERICS
// tries: gelu(x) is x for large x
//
// @step run grid=1
void run(long long block, const float *restrict x, float *restrict out, long long n) {
    for (long long i = 0; i < n; i++) {
        out[i] = x[i];
    }
}
