// attack: SWAPPED_INDEX
// workload: matmul(m=33,n=31,k=257)
// expects: WRONG_NUMERICS
// tries: writes the product transposed
//
// @step run grid=m;n block=1;1
extern "C" __global__ void run(const float *a, const float *b, float *out, long long m, long long n, long long k) {
    long long i = blockIdx.x;
    long long j = blockIdx.y;
    float sum = 0.0f;
    for (long long p = 0; p < k; p++) {
        sum = fmaf(a[i * k + p], b[p * n + j], sum);
    }
    out[j * m + i] = sum;
}
