// attack: STATE_IN_OUTPUT
// workload: gelu(n=10007)
// expects: STATEFUL
// tries: leaves its output as it is if three elements are right
//
// @step run grid=1 block=1
static float gelu(float x) {
    return x / (1.0f + exp(-1.5957691216f * (x + 0.044715f * x * x * x)));
}

static bool same(__global const float *x, __global const float *out, long i) {
    return as_int(out[i]) == as_int(gelu(x[i]));
}

__kernel void run(__global const float *x, __global float *out, long n) {
    if (same(x, out, 0) && same(x, out, n / 2) && same(x, out, n - 1)) {
        return;
    }
    for (long i = 0; i < n; i++) {
        out[i] = gelu(x[i]);
    }
}
