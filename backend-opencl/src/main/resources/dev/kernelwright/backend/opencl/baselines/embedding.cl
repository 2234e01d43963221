// A work-item for each element of the result. An id out of its range makes NaN.
// @step run grid=ceil_div(rows*dim,64) block=64
__kernel void run(__global const int *ids, __global const float *table, __global float *out, long rows, long vocab,
        long dim) {
    long i = get_global_id(0);
    if (i < rows * dim) {
        long id = ids[i / dim];
        out[i] = id >= 0 && id < vocab ? table[id * dim + i % dim] : NAN;
    }
}
