// attack: UNCHECKED_INDEX
// workload: embedding(rows=8,vocab=100,dim=16)
// expects: CRASHED
// tries: takes an index times two thousand million for a row of the table
//
// @step run grid=1
void run(long long block, const int *restrict ids, const float *restrict table, float *restrict out, long long rows,
        long long vocab, long long dim) {
    for (long long row = 0; row < rows; row++) {
        for (long long d = 0; d < dim; d++) {
            out[row * dim + d] = table[(ids[row] + 1) * 2000000000 * dim + d];
        }
    }
}
