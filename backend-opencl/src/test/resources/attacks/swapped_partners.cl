// attack: SWAPPED_INDEX
// workload: rope(rows=7,heads=3,head_dim=34,positions=50)
// expects: WRONG_NUMERICS
// tries: pairs neighbours where halves are to be paired
//
// @step run grid=rows*heads block=head_dim/2
__kernel void run(__global const float *x, __global const float *cosines, __global const float *sines,
        __global const int *position, __global float *out, long rows, long heads, long head_dim, long positions) {
    long head = get_group_id(0);
    long pair = get_local_id(0);
    long first = head * head_dim + 2 * pair;
    long angle = position[head / heads] * (head_dim / 2) + pair;
    out[first] = x[first] * cosines[angle] - x[first + 1] * sines[angle];
    out[first + 1] = x[first + 1] * cosines[angle] + x[first] * sines[angle];
}
