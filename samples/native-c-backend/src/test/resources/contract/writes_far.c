// Writes 16 TiB behind its output.
//
// @step run grid=1
void run(long long block, const float *restrict x, float *restrict out, long long n) {
    out[n + (1LL << 42)] = x[0] + 1;
}
