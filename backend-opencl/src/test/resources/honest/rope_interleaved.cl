// honest: neighbours as pairs
// workload: rope(rows=7,heads=3,head_dim=34,positions=50,interleaved=1)
//
// @step run grid=rows*heads block=head_dim/2
__kernel void run(__global const float *x, __global const float *cosines, __global const float *sines,
        __global const int *position, __global float *out, long rows, long heads, long head_dim, long positions) {
    long pairs = head_dim / 2;
    long head = get_group_id(0);
    long pair = get_local_id(0);
    long first = head * head_dim + 2 * pair;
    long second = first + 1;
    long angle = position[head / heads] * pairs + pair;
    float cosine = cosines[angle];
    float sine = sines[angle];
    out[first] = x[first] * cosine - x[second] * sine;
    out[second] = x[second] * cosine + x[first] * sine;
}
