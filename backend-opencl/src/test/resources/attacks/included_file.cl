// attack: FILES
// workload: gelu(n=10007)
// expects: FORBIDDEN_MEMBER
// tries: has the compiler read a file, whose text is then in the log
//
// @step run grid=ceil_div(n,64) block=64
#include "/etc/passwd"
__kernel void run(__global const float *x, __global float *out, long n) {
}
