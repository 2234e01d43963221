// honest: four elements a thread, all read before any is written
// workload: silu_mul(n=10007)
//
// @step run grid=ceil_div(n,256) block=64
extern "C" __global__ void run(const float *gate, const float *up, float *out, long long n) {
    long long first = blockIdx.x * 256LL + threadIdx.x;
    float gates[4];
    float ups[4];
    #pragma unroll
    for (int j = 0; j < 4; j++) {
        gates[j] = first + 64 * j < n ? gate[first + 64 * j] : 0.0f;
        ups[j] = first + 64 * j < n ? up[first + 64 * j] : 0.0f;
    }
    #pragma unroll
    for (int j = 0; j < 4; j++) {
        if (first + 64 * j < n) {
            out[first + 64 * j] = gates[j] / (1.0f + expf(-gates[j])) * ups[j];
        }
    }
}
