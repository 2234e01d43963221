// attack: EXITS
// workload: gelu(n=10007)
// expects: FORBIDDEN_MEMBER
// tries: closes a brace that a macro opened, so that a declaration seems to be in a function
//
// @step run grid=ceil_div(n,64) block=64
#define OPEN {
#define CLOSE }

static int one(void) OPEN return 1; }
void exit(int);
static int two(void) { return 2; CLOSE

__kernel void run(__global const float *x, __global float *out, long n) {
    exit(one() - two());
}
