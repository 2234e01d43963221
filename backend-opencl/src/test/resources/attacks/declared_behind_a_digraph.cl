// attack: EXITS
// workload: gelu(n=10007)
// expects: FORBIDDEN_MEMBER
// tries: ends a function by other characters that stand for a brace
//
// @step run grid=ceil_div(n,64) block=64
static int one(void) { return 1; %>
void exit(int);

__kernel void run(__global const float *x, __global float *out, long n) {
    exit(one());
}
