// A thread for each element.
// @step run grid=ceil_div(n,256) block=256
#include "../element.cuh"

extern "C" __global__ void run(const element *gate, const element *up, element *out, long long n) {
    long long i = blockIdx.x * 256LL + threadIdx.x;
    if (i < n) {
        out[i] = gate[i] / (1.0f + expf(-gate[i])) * up[i];
    }
}
