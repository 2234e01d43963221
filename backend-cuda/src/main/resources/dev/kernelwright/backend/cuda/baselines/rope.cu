// A thread for each pair; a row whose position is outside the tables becomes NaN.
// @step run grid=ceil_div(rows*heads*(head_dim/2),256) block=256
#include "../element.cuh"
#define INTERLEAVED 0

extern "C" __global__ void run(const element *x, const element *cos, const element *sin, const int *position,
        element *out, long long rows, long long heads, long long head_dim, long long positions) {
    long long pairs = head_dim / 2;
    long long i = blockIdx.x * 256LL + threadIdx.x;
    if (i >= rows * heads * pairs) {
        return;
    }
    long long pair = i % pairs;
    long long head = i / pairs;
    long long first = head * head_dim + (INTERLEAVED ? 2 * pair : pair);
    long long second = INTERLEAVED ? first + 1 : first + pairs;
    long long angle = position[head / heads];
    bool inside = angle >= 0 && angle < positions;
    float c = inside ? (float) cos[angle * pairs + pair] : __int_as_float(0x7fffffff);
    float s = inside ? (float) sin[angle * pairs + pair] : __int_as_float(0x7fffffff);
    out[first] = x[first] * c - x[second] * s;
    out[second] = x[second] * c + x[first] * s;
}
