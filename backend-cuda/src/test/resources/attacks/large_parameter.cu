// attack: MISSING_ENTRY
// workload: gelu(n=10007)
// expects: INVALID_PLAN
// tries: declares a parameter that is larger than what it is given
//
// @step run grid=ceil_div(n,64) block=64
struct Many {
    long long values[500];
};

__device__ float gelu(float x) {
    return x / (1.0f + expf(-1.5957691216f * (x + 0.044715f * x * x * x)));
}

extern "C" __global__ void run(const float *x, float *out, Many many) {
    long long i = blockIdx.x * 64LL + threadIdx.x;
    if (i < many.values[0]) {
        out[i] = gelu(x[i]);
    }
}
