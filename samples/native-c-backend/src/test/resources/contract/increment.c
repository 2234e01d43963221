// Adds 1, a block for every 1024 elements.
//
// @step run grid=ceil_div(n,1024)
void run(long long block, const float *restrict x, float *restrict out, long long n) {
    for (long long i = 1024 * block; i < n && i < 1024 * block + 1024; i++) {
        out[i] = x[i] + 1;
    }
}
