// attack: STATE_IN_OUTPUT
// workload: gelu(n=10007)
// expects: STATEFUL
// tries: leaves its output as it is if three elements are right
//
// @step run grid=1 block=256
__device__ float gelu(float x) {
    return x / (1.0f + expf(-1.5957691216f * (x + 0.044715f * x * x * x)));
}

__device__ bool same(const float *x, const float *out, long long i) {
    return __float_as_int(out[i]) == __float_as_int(gelu(x[i]));
}

extern "C" __global__ void run(const float *x, float *out, long long n) {
    bool all_same = same(x, out, 0) && same(x, out, n / 2) && same(x, out, n - 1);
    __syncthreads();
    for (long long i = threadIdx.x; i < n && !all_same; i += 256) {
        out[i] = gelu(x[i]);
    }
}
