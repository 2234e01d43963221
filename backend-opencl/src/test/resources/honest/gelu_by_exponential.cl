// honest: tanh by an exponential
// workload: gelu(n=10007)
//
// @step run grid=ceil_div(n,64) block=64
__kernel void run(__global const float *x, __global float *out, long n) {
    long i = get_global_id(0);
    if (i < n) {
        float value = x[i];
        out[i] = value / (1.0f + exp(-1.5957691216f * (value + 0.044715f * value * value * value)));
    }
}
