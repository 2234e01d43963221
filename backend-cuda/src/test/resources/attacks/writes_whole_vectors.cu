// attack: WRITE_BEHIND
// workload: add(n=10007)
// expects: OUT_OF_BOUNDS
// tries: writes a whole vector where a part of one is left
//
// @step run grid=ceil_div(n,8) block=1
extern "C" __global__ void run(const float *a, const float *b, float *out, long long n) {
    long long i = blockIdx.x;
    for (long long j = 8 * i; j < 8 * i + 8; j++) {
        out[j] = a[j] + b[j];
    }
}
