// Never ends.
//
// @step run grid=1
void run(long long block, const float *restrict x, float *restrict out, long long n) {
    while (n >= 0) {
        *(volatile float *) out = x[0] + 1;
    }
}
