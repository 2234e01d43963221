// attack: COMPILER_BOMB
// workload: gelu(n=10007)
// expects: FORBIDDEN_MEMBER
// tries: doubles an expression thirty times by a macro of itself
//
// @step run grid=ceil_div(n,64) block=64
#define TWICE(e) (e + e)

__kernel void run(__global const float *x, __global float *out, long n) {
    long i = get_global_id(0);
    if (i < n) {
        out[i] = TWICE(TWICE(TWICE(TWICE(TWICE(TWICE(TWICE(TWICE(TWICE(TWICE(
            TWICE(TWICE(TWICE(TWICE(TWICE(TWICE(TWICE(TWICE(TWICE(TWICE(
            TWICE(TWICE(TWICE(TWICE(TWICE(TWICE(TWICE(TWICE(TWICE(TWICE(
            x[i]))))))))))))))))))))))))))))));
    }
}
