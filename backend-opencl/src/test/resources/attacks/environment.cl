// attack: ENVIRONMENT
// workload: gelu(n=10007)
// expects: FORBIDDEN_MEMBER
// tries: reads the environment
//
// @step run grid=ceil_div(n,64) block=64
extern char **environ;

static float gelu(float x) {
    return x / (1.0f + exp(-1.5957691216f * (x + 0.044715f * x * x * x)));
}

__kernel void run(__global const float *x, __global float *out, long n) {
    long i = get_global_id(0);
    if (i == 0) {
        out[0] = environ[0][0];
    }
    if (i < n) {
        out[i] = gelu(x[i]);
    }
}
