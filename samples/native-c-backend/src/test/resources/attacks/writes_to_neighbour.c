// attack: WRITE_NEIGHBOUR
// workload: add(n=4096)
// expects: INPUT_MUTATED
// tries: reaches the tensor before its output
//
// @step run grid=1
void run(long long block, const float *restrict a, const float *restrict b, float *restrict out, long long n) {
    for (long long i = 0; i < n; i++) {
        out[i] = a[i] + b[i];
    }
    out[-n / 2 - 300] = 1;
}
