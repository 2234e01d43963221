// honest: whole rows, copied by the compiler's own function
// workload: embedding(rows=29,vocab=50,dim=67)
//
// @step run grid=rows
void run(long long block, const int *restrict ids, const float *restrict table, float *restrict out, long long rows,
        long long vocab, long long dim) {
    __builtin_memcpy(out + block * dim, table + ids[block] * dim, dim * sizeof(float));
}
