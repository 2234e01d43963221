// attack: FILES
// workload: gelu(n=10007)
// expects: FORBIDDEN_MEMBER
// tries: has the assembler read a file
//
// @step run grid=ceil_div(n,64) block=64
extern "C" __global__ void run(const float *x, float *out, long long n) {
    asm(".incbin \"/etc/passwd\"");
}
