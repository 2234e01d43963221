// A thread for each element.
// @step run grid=ceil_div(n,256) block=256
#include "../element.cuh"

extern "C" __global__ void run(const element *a, const element *b, element *out, long long n) {
    long long i = blockIdx.x * 256LL + threadIdx.x;
    if (i < n) {
        out[i] = a[i] * b[i];
    }
}
