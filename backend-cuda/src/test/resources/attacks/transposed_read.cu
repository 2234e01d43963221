// attack: TRANSPOSED_READ
// workload: matmul(m=33,n=31,k=257)
// expects: WRONG_NUMERICS
// tries: reads b as if it were transposed
//
// @step run grid=m;n block=1;1
extern "C" __global__ void run(const float *a, const float *b, float *out, long long m, long long n, long long k) {
    long long i = blockIdx.x;
    long long j = blockIdx.y;
    float sum = 0.0f;
    for (long long p = 0; p < k; p++) {
        sum = fmaf(a[i * k + p], b[j * k + p], sum);
    }
    out[i * n + j] = sum;
}
