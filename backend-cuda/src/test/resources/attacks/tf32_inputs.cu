// attack: ROUNDED_INPUTS
// workload: matmul(m=33,n=31,k=257)
// expects: WRONG_NUMERICS
// tries: multiplies ten bits of each fraction, as a tensor core does by default
//
// @step run grid=m;n block=1;1
__device__ float cut(float value) {
    return __uint_as_float(__float_as_uint(value) & 0xffffe000);
}

extern "C" __global__ void run(const float *a, const float *b, float *out, long long m, long long n, long long k) {
    long long i = blockIdx.x;
    long long j = blockIdx.y;
    float sum = 0.0f;
    for (long long p = 0; p < k; p++) {
        sum = fmaf(cut(a[i * k + p]), cut(b[p * n + j]), sum);
    }
    out[i * n + j] = sum;
}
