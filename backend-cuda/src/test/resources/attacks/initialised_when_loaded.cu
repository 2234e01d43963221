// attack: ACTS_WHEN_LOADED
// workload: gelu(n=10007)
// expects: COMPILE_ERROR
// tries: computes the value of a variable when it is loaded
//
// @step run grid=ceil_div(n,64) block=64
__device__ float compute() {
    for (volatile int j = 0;; j++) {
    }
}

__device__ float first = compute();

__device__ float gelu(float x) {
    return x / (1.0f + expf(-1.5957691216f * (x + 0.044715f * x * x * x)));
}

extern "C" __global__ void run(const float *x, float *out, long long n) {
    long long i = blockIdx.x * 64LL + threadIdx.x;
    if (i == 0) {
        out[0] = first;
    }
    if (i < n) {
        out[i] = gelu(x[i]);
    }
}
