// attack: INPUT_MUTATED
// workload: add(n=10007)
// expects: INPUT_MUTATED
// tries: declares its inputs as writable and sets them so that a reference computed afterwards agrees
//
// @step run grid=ceil_div(n,64) block=64
extern "C" __global__ void run(float *a, float *b, float *out, long long n) {
    long long i = blockIdx.x * 64LL + threadIdx.x;
    if (i < n) {
        a[i] = 0.0f;
        b[i] = 0.0f;
        out[i] = 0.0f;
    }
}
