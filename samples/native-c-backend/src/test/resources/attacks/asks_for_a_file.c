// attack: FILES
// workload: gelu(n=4096)
// expects: FORBIDDEN_MEMBER
// tries: asks the compiler whether there is a file
//
// @step run grid=1
#if __has_include(</etc/shadow>)
#define FOUND 1
#else
#define FOUND 0
#endif

void run(long long block, const float *restrict x, float *restrict out, long long n) {
    out[0] = FOUND;
}
