// attack: CACHED_BY_ADDRESS
// workload: gelu(n=10007)
// expects: STATEFUL
// tries: notes the address of its input, and returns at once where it is the same again
//
// @step run grid=1 block=1
// @workspace 16
static float gelu(float x) {
    return x / (1.0f + exp(-1.5957691216f * (x + 0.044715f * x * x * x)));
}

__kernel void run(__global const float *x, __global float *out, __global long *workspace, long n) {
    if (workspace[0] == 4711 && workspace[1] == (long) x) {
        return;
    }
    for (long i = 0; i < n; i++) {
        out[i] = gelu(x[i]);
    }
    workspace[0] = 4711;
    workspace[1] = (long) x;
}
