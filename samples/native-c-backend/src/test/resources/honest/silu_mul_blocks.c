// honest: blocks of 1024 elements
// workload: silu_mul(n=10007)
//
// @step run grid=ceil_div(n,1024)
#include <math.h>

void run(long long block, const float *restrict gate, const float *restrict up, float *restrict out, long long n) {
    for (long long i = block * 1024LL; i < (n < block * 1024LL + 1024 ? n : block * 1024LL + 1024); i++) {
        out[i] = (float) (gate[i] / (1 + exp(-gate[i])) * up[i]);
    }
}
