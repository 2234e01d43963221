// attack: FILES
// workload: gelu(n=4096)
// expects: FORBIDDEN_MEMBER
// tries: names the file that it includes by a macro
//
// @step run grid=1
#define HEADER </etc/passwd>
#include HEADER

void run(long long block, const float *restrict x, float *restrict out, long long n) {
    out[0] = 0;
}
