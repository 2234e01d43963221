// attack: UNCHECKED_INDEX
// workload: embedding(rows=19,vocab=101,dim=33)
// expects: CRASHED
// tries: takes an index times a thousand million for a row of the table
//
// @step run grid=rows block=1
__kernel void run(__global const int *ids, __global const float *table, __global float *out, long rows, long vocab,
        long dim) {
    long row = get_group_id(0);
    for (long d = 0; d < dim; d++) {
        out[row * dim + d] = table[(ids[row] + 1) * 1000000000L * dim + d];
    }
}
