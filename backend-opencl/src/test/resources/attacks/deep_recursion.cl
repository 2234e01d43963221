// attack: DEEP_RECURSION
// workload: gelu(n=10007)
// expects: FORBIDDEN_MEMBER
// tries: calls itself without end
//
// @step run grid=ceil_div(n,64) block=64
static float deeper(float x, int depth) {
    return depth == INT_MIN ? x : deeper(x + 1.0f, depth + 1) * x + depth;
}

__kernel void run(__global const float *x, __global float *out, long n) {
    long i = get_global_id(0);
    if (i < n) {
        out[i] = deeper(x[i], 1);
    }
}
