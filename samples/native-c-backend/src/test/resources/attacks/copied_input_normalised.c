// attack: COPIED_INPUT
// workload: rms_norm(rows=8,cols=512)
// expects: WRONG_NUMERICS
// tries: normal data is normalised already
//
// @step run grid=1
void run(long long block, const float *restrict x, const float *restrict weight, float *restrict out, long long rows,
        long long cols) {
    __builtin_memcpy(out, x, rows * cols * sizeof(float));
}
