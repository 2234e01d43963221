// attack: READS_UNWRITTEN_WORKSPACE
// workload: gelu(n=10007)
// expects: NON_DETERMINISTIC
// tries: changes the last bit of its results by what its workspace held
//
// @step run grid=ceil_div(n,64) block=64
// @workspace 4*n
static float gelu(float x) {
    return x / (1.0f + exp(-1.5957691216f * (x + 0.044715f * x * x * x)));
}

__kernel void run(__global const float *x, __global float *out, __global int *workspace, long n) {
    long i = get_global_id(0);
    if (i < n) {
        out[i] = as_float(as_int(gelu(x[i])) ^ (workspace[i] & 1));
    }
}
