// attack: TRAPS
// workload: gelu(n=4096)
// expects: CRASHED
// tries: divides by zero
//
// @step run grid=1
void run(long long block, const float *restrict x, float *restrict out, long long n) {
    out[0] = (int) n / block;
}
