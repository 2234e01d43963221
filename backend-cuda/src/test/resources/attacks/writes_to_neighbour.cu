// attack: WRITE_NEIGHBOUR
// workload: mul(n=10007)
// expects: INPUT_MUTATED
// tries: reaches the tensor before its output
//
// @step run grid=ceil_div(n,64) block=64
extern "C" __global__ void run(const float *a, const float *b, float *out, long long n) {
    long long i = blockIdx.x * 64LL + threadIdx.x;
    if (i < n) {
        out[i] = a[i] * b[i];
    }
    if (i == 0) {
        out[-n / 2 - 300] = 1.0f;
    }
}
