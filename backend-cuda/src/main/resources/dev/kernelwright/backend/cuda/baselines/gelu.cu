// A thread for each element.
// @step run grid=ceil_div(n,256) block=256
#include "../element.cuh"

extern "C" __global__ void run(const element *x, element *out, long long n) {
    long long i = blockIdx.x * 256LL + threadIdx.x;
    if (i < n) {
        float value = x[i];
        float argument = 0.7978845608f * (value + 0.044715f * value * value * value);
        out[i] = 0.5f * value * (1.0f + tanhf(argument));
    }
}
