// attack: STATE_IN_WORKSPACE
// workload: gelu(n=10007)
// expects: STATEFUL
// tries: keeps results in its workspace, and copies them while three elements of the input are the same
//
// @step run grid=1 block=1
// @workspace 4*n+16
static float gelu(float x) {
    return x / (1.0f + exp(-1.5957691216f * (x + 0.044715f * x * x * x)));
}

__kernel void run(__global const float *x, __global float *out, __global float *workspace, long n) {
    bool same = workspace[n] == 4711.0f && workspace[n + 1] == x[0] && workspace[n + 2] == x[n / 2]
            && workspace[n + 3] == x[n - 1];
    for (long i = 0; i < n; i++) {
        if (!same) {
            workspace[i] = gelu(x[i]);
        }
        out[i] = workspace[i];
    }
    workspace[n] = 4711.0f;
    workspace[n + 1] = x[0];
    workspace[n + 2] = x[n / 2];
    workspace[n + 3] = x[n - 1];
}
