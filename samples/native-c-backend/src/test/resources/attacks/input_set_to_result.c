// attack: INPUT_MUTATED
// workload: add(n=4096)
// expects: INPUT_MUTATED
// tries: sets its inputs so that a reference computed afterwards agrees
//
// @step run grid=1
void run(long long block, const float *restrict a, const float *restrict b, float *restrict out, long long n) {
    for (long long i = 0; i < n; i++) {
        ((float *) a)[i] = 0;
        ((float *) b)[i] = 0;
        out[i] = 0;
    }
}
