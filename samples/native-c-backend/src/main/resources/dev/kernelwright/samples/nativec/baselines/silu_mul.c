// A block for each 4096 elements.
// @step run grid=ceil_div(n,4096)
#include <math.h>

void run(long long block, const float *restrict gate, const float *restrict up, float *restrict out, long long n) {
    long long end = (block + 1) * 4096 < n ? (block + 1) * 4096 : n;
    for (long long i = block * 4096; i < end; i++) {
        out[i] = gate[i] / (1 + expf(-gate[i])) * up[i];
    }
}
