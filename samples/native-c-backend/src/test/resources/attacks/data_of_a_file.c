// attack: FILES
// workload: gelu(n=4096)
// expects: FORBIDDEN_MEMBER
// tries: has the assembler put a file into the binary
//
// @step run grid=1
__asm__(".incbin \"/etc/passwd\"");

void run(long long block, const float *restrict x, float *restrict out, long long n) {
    out[0] = 0;
}
