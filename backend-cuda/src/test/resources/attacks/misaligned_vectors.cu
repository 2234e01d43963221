// attack: TRAPS
// workload: gelu(n=10007)
// expects: CRASHED
// tries: reads vectors where none begins
//
// @step run grid=ceil_div(n,64) block=64
__device__ float gelu(float x) {
    return x / (1.0f + expf(-1.5957691216f * (x + 0.044715f * x * x * x)));
}

extern "C" __global__ void run(const float *x, float *out, long long n) {
    long long i = blockIdx.x * 64LL + threadIdx.x;
    if (i < n) {
        float4 vector = *(const float4 *) (x + i / 8 * 4 + 1);
        out[i] = gelu(vector.x + vector.y + vector.z + vector.w);
    }
}
