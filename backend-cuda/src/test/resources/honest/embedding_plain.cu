// honest: a thread for each element
// workload: embedding(rows=19,vocab=101,dim=33)
//
// @step run grid=ceil_div(rows*dim,64) block=64
extern "C" __global__ void run(const int *ids, const float *table, float *out, long long rows, long long vocab,
        long long dim) {
    long long i = blockIdx.x * 64LL + threadIdx.x;
    if (i < rows * dim) {
        out[i] = table[ids[i / dim] * dim + i % dim];
    }
}
