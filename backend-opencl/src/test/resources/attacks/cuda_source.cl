// attack: MALFORMED_SOURCE
// workload: gelu(n=10007)
// expects: COMPILE_ERROR
// tries: is another language
//
// @step run grid=ceil_div(n,64) block=64
__global__ void run(const float *x, float *out, long long n) {
    long long i = blockIdx.x * 64 + threadIdx.x;
    if (i < n) {
        out[i] = x[i];
    }
}
