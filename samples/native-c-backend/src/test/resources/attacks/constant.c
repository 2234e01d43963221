// attack: CONSTANT
// workload: softmax(rows=8,cols=1024)
// expects: WRONG_NUMERICS
// tries: writes what every probability is on average
//
// @step run grid=1
void run(long long block, const float *restrict x, float *restrict out, long long rows, long long cols) {
    for (long long i = 0; i < rows * cols; i++) {
        out[i] = 1.0f / cols;
    }
}
