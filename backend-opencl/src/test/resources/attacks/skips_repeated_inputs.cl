// attack: SKIPS_REPEATED_INPUTS
// workload: silu_mul(n=10007)
// expects: STATEFUL
// tries: notes the sum of a few elements of its inputs, and returns at once where it is the same again
//
// @step run grid=1 block=1
// @workspace 8
__kernel void run(__global const float *gate, __global const float *up, __global float *out,
        __global float *workspace, long n) {
    float seen = gate[0] + gate[n / 3] + up[n - 1];
    if (workspace[0] == 4711.0f && workspace[1] == seen) {
        return;
    }
    for (long i = 0; i < n; i++) {
        out[i] = gate[i] / (1.0f + exp(-gate[i])) * up[i];
    }
    workspace[0] = 4711.0f;
    workspace[1] = seen;
}
