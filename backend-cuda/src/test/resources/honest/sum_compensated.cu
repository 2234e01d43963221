// honest: with the compensation of Kahan, but not of what is infinite
// workload: sum(rows=13,cols=1021)
//
// @step run grid=rows block=1
extern "C" __global__ void run(const float *x, float *out, long long rows, long long cols) {
    long long row = blockIdx.x;
    const float *from = x + row * cols;
    float sum = 0.0f;
    float lost = 0.0f;
    for (long long c = 0; c < cols; c++) {
        float value = from[c] - lost;
        float next = sum + value;
        lost = isfinite(next) ? (next - sum) - value : 0.0f;
        sum = next;
    }
    out[row] = sum;
}
