// attack: UNCHECKED_INDEX
// workload: embedding(rows=19,vocab=101,dim=33)
// expects: CRASHED
// tries: takes an index times a thousand million for a row of the table
//
// @step run grid=rows block=1
extern "C" __global__ void run(const int *ids, const float *table, float *out, long long rows, long long vocab,
        long long dim) {
    long long row = blockIdx.x;
    for (long long d = 0; d < dim; d++) {
        out[row * dim + d] = table[(ids[row] + 1) * 1000000000LL * dim + d];
    }
}
