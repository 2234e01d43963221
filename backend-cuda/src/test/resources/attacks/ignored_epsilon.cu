// attack: IGNORED_OPERAND
// workload: rms_norm(rows=13,cols=509)
// expects: WRONG_NUMERICS
// tries: leaves out epsilon, which only matters for small data
//
// @step run grid=rows block=1
extern "C" __global__ void run(const float *x, const float *weight, float *out, long long rows, long long cols) {
    long long start = blockIdx.x * cols;
    float squares = 0.0f;
    for (long long c = 0; c < cols; c++) {
        squares += x[start + c] * x[start + c];
    }
    float scale = 1.0f / sqrtf(squares / cols);
    for (long long c = 0; c < cols; c++) {
        out[start + c] = x[start + c] * scale * weight[c];
    }
}
