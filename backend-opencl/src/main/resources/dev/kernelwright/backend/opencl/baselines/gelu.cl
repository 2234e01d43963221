// A work-item for each element. (1 + tanh(y)) / 2 is 1 / (1 + exp(-2 y)), which is exact at the ends of the range,
// where tanh need not be.
// @step run grid=ceil_div(n,64) block=64
__kernel void run(__global const float *x, __global float *out, long n) {
    long i = get_global_id(0);
    if (i < n) {
        float value = x[i];
        float cube = value * value * value;
        out[i] = value / (1.0f + exp(-1.5957691216f * (value + 0.044715f * cube)));
    }
}
