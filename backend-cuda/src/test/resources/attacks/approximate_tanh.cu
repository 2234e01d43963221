// attack: HALF_PRECISION
// workload: gelu(n=10007)
// expects: WRONG_NUMERICS
// tries: takes the hardware's tanh, which has eleven bits
//
// @step run grid=ceil_div(n,64) block=64
__device__ float gelu(float x) {
    return x / (1.0f + expf(-1.5957691216f * (x + 0.044715f * x * x * x)));
}

extern "C" __global__ void run(const float *x, float *out, long long n) {
    long long i = blockIdx.x * 64LL + threadIdx.x;
    if (i < n) {
        float inner = 0.7978845608f * (x[i] + 0.044715f * x[i] * x[i] * x[i]);
        float tanh_inner;
        asm("tanh.approx.f32 %0, %1;" : "=f"(tanh_inner) : "f"(inner));
        out[i] = 0.5f * x[i] * (1.0f + tanh_inner);
    }
}
