// attack: FIRST_CALLS_ONLY
// workload: gelu(n=10007)
// expects: STATEFUL
// tries: counts its calls in its workspace, and does nothing after the twentieth
//
// @step run grid=1 block=1
// @workspace 8
static float gelu(float x) {
    return x / (1.0f + exp(-1.5957691216f * (x + 0.044715f * x * x * x)));
}

__kernel void run(__global const float *x, __global float *out, __global int *workspace, long n) {
    int calls = workspace[0] == 4711 ? workspace[1] + 1 : 0;
    workspace[0] = 4711;
    workspace[1] = calls;
    for (long i = 0; i < n && calls < 20; i++) {
        out[i] = gelu(x[i]);
    }
}
