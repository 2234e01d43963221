// attack: FILES
// workload: gelu(n=4096)
// expects: FORBIDDEN_MEMBER
// tries: hides a directive behind a comment
//
// @step run grid=1
/* nothing */ #include "/etc/passwd"

void run(long long block, const float *restrict x, float *restrict out, long long n) {
    out[0] = 0;
}
