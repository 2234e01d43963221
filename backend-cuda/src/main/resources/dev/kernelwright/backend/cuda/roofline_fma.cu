// Chains of multiply-adds in registers, enough of them that none waits for another.
// @step run grid=ceil_div(n,256) block=256
extern "C" __global__ void run(const float *x, float *out, long long n, long long repeats) {
    long long item = blockIdx.x * 256LL + threadIdx.x;
    if (item >= n) {
        return;
    }
    float factor = x[item] + 0.999f;
    float sums[16];
#pragma unroll
    for (int i = 0; i < 16; i++) {
        sums[i] = 1.0f + 0.1f * i;
    }
    for (int repeat = 0; repeat < (int) repeats; repeat++) {
#pragma unroll
        for (int i = 0; i < 16; i++) {
            sums[i] = fmaf(sums[i], factor, factor);
        }
    }
    float sum = 0.0f;
#pragma unroll
    for (int i = 0; i < 16; i++) {
        sum += sums[i];
    }
    out[item] = sum;
}
