// attack: READ_BEHIND
// workload: sum(rows=13,cols=1021)
// expects: WRONG_NUMERICS
// tries: adds a whole vector where a part of one is left
//
// @step run grid=rows block=1
__kernel void run(__global const float *x, __global float *out, long rows, long cols) {
    long row = get_group_id(0);
    float4 sum = 0.0f;
    for (long c = 0; c < cols; c += 4) {
        sum += vload4(0, x + row * cols + c);
    }
    out[row] = sum.x + sum.y + sum.z + sum.w;
}
