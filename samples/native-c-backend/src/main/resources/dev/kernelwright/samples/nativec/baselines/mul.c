// A block for each 16384 elements.
// @step run grid=ceil_div(n,16384)
void run(long long block, const float *restrict a, const float *restrict b, float *restrict out, long long n) {
    long long end = (block + 1) * 16384 < n ? (block + 1) * 16384 : n;
    for (long long i = block * 16384; i < end; i++) {
        out[i] = a[i] * b[i];
    }
}
