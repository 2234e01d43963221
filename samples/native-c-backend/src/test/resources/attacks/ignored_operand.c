// attack: IGNORED_OPERAND
// workload: add(n=4096)
// expects: WRONG_NUMERICS
// tries: adds nothing
//
// @step run grid=1
void run(long long block, const float *restrict a, const float *restrict b, float *restrict out, long long n) {
    __builtin_memcpy(out, a, n * sizeof(float));
}
