// honest: a work-item for each element
// workload: embedding(rows=19,vocab=101,dim=33)
//
// @step run grid=ceil_div(rows*dim,64) block=64
__kernel void run(__global const int *ids, __global const float *table, __global float *out, long rows, long vocab,
        long dim) {
    long i = get_global_id(0);
    if (i < rows * dim) {
        out[i] = table[ids[i / dim] * dim + i % dim];
    }
}
