// attack: MALFORMED_SOURCE
// workload: gelu(n=4096)
// expects: COMPILE_ERROR
// tries: declares fewer parameters than it is launched with
//
// @step run grid=1
void run(long long block, const float *restrict x, float *restrict out) {
    out[0] = x[0];
}
