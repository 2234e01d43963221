// attack: FILES
// workload: gelu(n=4096)
// expects: FORBIDDEN_MEMBER
// tries: has the compiler read a file of the host, whose text would be in its log
//
// @step run grid=1
#include </etc/passwd>

void run(long long block, const float *restrict x, float *restrict out, long long n) {
    out[0] = 0;
}
