// attack: EXITS
// workload: gelu(n=10007)
// expects: COMPILE_ERROR
// tries: declares the function that ends the process by a macro
//
// @step run grid=ceil_div(n,64) block=64
#define DECLARE(type, name) type name(int);

DECLARE(void, exit)
__kernel void run(__global const float *x, __global float *out, long n) {
    exit(0);
}
