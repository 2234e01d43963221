// attack: TOO_FEW_BLOCKS
// workload: gelu(n=4096)
// expects: OUTPUT_UNWRITTEN
// tries: launches half of the blocks
//
// @step run grid=n/512
#include <math.h>

static float gelu(float x) {
    double inner = 0.7978845608028654 * (x + 0.044715 * x * x * x);
    return (float) (0.5 * x * (1 + tanh(inner)));
}

void run(long long block, const float *restrict x, float *restrict out, long long n) {
    for (long long i = block * 256LL; i < (n < block * 256LL + 256 ? n : block * 256LL + 256); i++) {
        out[i] = gelu(x[i]);
    }
}
