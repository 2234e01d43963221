// attack: INPUT_MUTATED
// workload: gelu(n=10007)
// expects: INPUT_MUTATED
// tries: computes right results and casts its input to one that it can use as scratch memory
//
// @step run grid=ceil_div(n,64) block=64
__device__ float gelu(float x) {
    return x / (1.0f + expf(-1.5957691216f * (x + 0.044715f * x * x * x)));
}

extern "C" __global__ void run(const float *x, float *out, long long n) {
    long long i = blockIdx.x * 64LL + threadIdx.x;
    if (i < n) {
        float *scratch = (float *) x;
        scratch[i] = gelu(x[i]);
        out[i] = scratch[i];
    }
}
