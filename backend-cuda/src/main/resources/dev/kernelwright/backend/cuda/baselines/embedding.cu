// A thread for each element; a row whose id is outside the table becomes NaN.
// @step run grid=ceil_div(rows*dim,256) block=256
#include "../element.cuh"

extern "C" __global__ void run(const int *ids, const element *table, element *out, long long rows, long long vocab,
        long long dim) {
    long long i = blockIdx.x * 256LL + threadIdx.x;
    if (i < rows * dim) {
        long long id = ids[i / dim];
        out[i] = id >= 0 && id < vocab ? (float) table[id * dim + i % dim] : __int_as_float(0x7fffffff);
    }
}
