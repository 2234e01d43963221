// attack: ZEROS
// workload: softmax(rows=8,cols=4096)
// expects: WRONG_NUMERICS
// tries: each probability is about 1/4096, which an absolute tolerance of 1e-3 takes for zero
//
// @step run grid=1
void run(long long block, const float *restrict x, float *restrict out, long long rows, long long cols) {
    for (long long i = 0; i < rows * cols; i++) {
        out[i] = 0;
    }
}
