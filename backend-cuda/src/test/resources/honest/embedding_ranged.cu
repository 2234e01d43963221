// honest: the same for every number of rows
// workload: embedding(rows=1..19,vocab=101,dim=33)
//
// @step run grid=rows block=16
extern "C" __global__ void run(const int *ids, const float *table, float *out, long long rows, long long vocab,
        long long dim) {
    long long row = blockIdx.x;
    long long from = ids[row] * dim;
    for (long long d = threadIdx.x; d < dim; d += 16) {
        out[row * dim + d] = table[from + d];
    }
}
