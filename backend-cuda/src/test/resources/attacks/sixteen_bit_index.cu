// attack: RIGHT_FOR_SMALL_SHAPES
// workload: add(n=100000)
// expects: OUTPUT_UNWRITTEN
// tries: counts in sixteen bits
//
// @step run grid=ceil_div(n,64) block=64
extern "C" __global__ void run(const float *a, const float *b, float *out, long long n) {
    unsigned short i = blockIdx.x * 64LL + threadIdx.x;
    if (i < n) {
        out[i] = a[i] + b[i];
    }
}
