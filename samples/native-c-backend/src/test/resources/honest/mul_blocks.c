// honest: blocks of 1024 elements
// workload: mul(n=10007)
//
// @step run grid=ceil_div(n,1024)
void run(long long block, const float *restrict a, const float *restrict b, float *restrict out, long long n) {
    for (long long i = block * 1024LL; i < (n < block * 1024LL + 1024 ? n : block * 1024LL + 1024); i++) {
        out[i] = a[i] * b[i];
    }
}
