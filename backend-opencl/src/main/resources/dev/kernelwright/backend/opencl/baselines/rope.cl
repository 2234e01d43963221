// A work-item for each pair of elements. A position out of its range makes NaN.
// @step run grid=ceil_div(rows*heads*(head_dim/2),64) block=64
#define INTERLEAVED 0

__kernel void run(__global const float *x, __global const float *cosines, __global const float *sines,
        __global const int *position, __global float *out, long rows, long heads, long head_dim, long positions) {
    long pairs = head_dim / 2;
    long i = get_global_id(0);
    if (i >= rows * heads * pairs) {
        return;
    }
    long head = i / pairs;
    long pair = i % pairs;
    long first = head * head_dim + (INTERLEAVED ? 2 * pair : pair);
    long second = first + (INTERLEAVED ? 1 : pairs);
    long place = position[head / heads];
    bool inside = place >= 0 && place < positions;
    float cosine = inside ? cosines[place * pairs + pair] : NAN;
    float sine = inside ? sines[place * pairs + pair] : NAN;
    float x1 = x[first];
    float x2 = x[second];
    out[first] = x1 * cosine - x2 * sine;
    out[second] = x2 * cosine + x1 * sine;
}
