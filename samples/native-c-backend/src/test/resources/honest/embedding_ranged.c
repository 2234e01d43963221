// honest: the same for every number of rows
// workload: embedding(rows=1..19,vocab=101,dim=33)
//
// @step run grid=1
void run(long long block, const int *restrict ids, const float *restrict table, float *restrict out, long long rows,
        long long vocab, long long dim) {
    for (long long i = 0; i < rows * dim; i++) {
        out[i] = table[ids[i / dim] * dim + i % dim];
    }
}
