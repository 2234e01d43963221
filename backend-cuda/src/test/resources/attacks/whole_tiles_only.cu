// attack: DROPPED_LAST_TILE
// workload: matmul(m=1..8,n=8,k=1..256)
// expects: WRONG_NUMERICS
// tries: sums whole tiles of sixteen only, which is right for the largest k
//
// @step run grid=m;n block=1;1
extern "C" __global__ void run(const float *a, const float *b, float *out, long long m, long long n, long long k) {
    long long i = blockIdx.x;
    long long j = blockIdx.y;
    float sum = 0.0f;
    for (long long p = 0; p < k / 16 * 16; p++) {
        sum = fmaf(a[i * k + p], b[p * n + j], sum);
    }
    out[i * n + j] = sum;
}
