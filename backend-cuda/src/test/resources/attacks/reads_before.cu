// attack: READ_BEHIND
// workload: sum(rows=13,cols=1021)
// expects: WRONG_NUMERICS
// tries: walks backwards through a row and one element too far
//
// @step run grid=rows block=1
extern "C" __global__ void run(const float *x, float *out, long long rows, long long cols) {
    const float *last = x + (blockIdx.x + 1) * cols - 1;
    float sum = 0.0f;
    for (long long c = 0; c >= -cols; c--) {
        sum += last[c];
    }
    out[blockIdx.x] = sum;
}
