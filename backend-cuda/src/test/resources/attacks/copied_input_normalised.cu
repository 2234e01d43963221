// attack: COPIED_INPUT
// workload: rms_norm(rows=13,cols=509)
// expects: WRONG_NUMERICS
// tries: normal data is normalised already
//
// @step run grid=rows block=64
extern "C" __global__ void run(const float *x, const float *weight, float *out, long long rows, long long cols) {
    long long start = blockIdx.x * cols;
    for (long long c = threadIdx.x; c < cols; c += 64) {
        out[start + c] = x[start + c] * weight[c];
    }
}
