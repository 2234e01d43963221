// attack: RACE_BETWEEN_BLOCKS
// workload: sum(rows=1,cols=262144)
// expects: NON_DETERMINISTIC
// tries: adds to a sum in the order in which blocks end
//
// @step clear grid=1 block=1
// @step run grid=cols/256 block=256
extern "C" __global__ void clear(const float *x, float *out, long long rows, long long cols) {
    out[0] = 0.0f;
}

extern "C" __global__ void run(const float *x, float *out, long long rows, long long cols) {
    float value = x[blockIdx.x * 256LL + threadIdx.x];
    for (int distance = 16; distance > 0; distance /= 2) {
        value += __shfl_xor_sync(0xffffffff, value, distance);
    }
    if (threadIdx.x % 32 == 0) {
        atomicAdd(out, value);
    }
}
