// attack: EXITS
// workload: gelu(n=10007)
// expects: FORBIDDEN_MEMBER
// tries: hides a declaration between two strings that look like the ends of a comment
//
// @step run grid=ceil_div(n,64) block=64
__constant char OPEN[] = "/*";
void exit(int);
__constant char CLOSE[] = "*/";

__kernel void run(__global const float *x, __global float *out, long n) {
    exit(0);
}
