// honest: the same for every number of rows
// workload: embedding(rows=1..19,vocab=101,dim=33)
//
// @step run grid=rows block=16
__kernel void run(__global const int *ids, __global const float *table, __global float *out, long rows, long vocab,
        long dim) {
    long row = get_group_id(0);
    long from = ids[row] * dim;
    for (long d = get_local_id(0); d < dim; d += 16) {
        out[row * dim + d] = table[from + d];
    }
}
