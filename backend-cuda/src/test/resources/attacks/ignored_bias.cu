// attack: IGNORED_OPERAND
// workload: layer_norm(rows=13,cols=509)
// expects: WRONG_NUMERICS
// tries: leaves out the bias, which is often zero
//
// @step run grid=rows block=1
extern "C" __global__ void run(const float *x, const float *weight, const float *bias,
        float *out, long long rows, long long cols) {
    long long start = blockIdx.x * cols;
    float sum = 0.0f;
    float squares = 0.0f;
    for (long long c = 0; c < cols; c++) {
        sum += x[start + c];
    }
    float mean = sum / cols;
    for (long long c = 0; c < cols; c++) {
        squares += (x[start + c] - mean) * (x[start + c] - mean);
    }
    float scale = 1.0f / sqrtf(squares / cols + 1e-5f);
    for (long long c = 0; c < cols; c++) {
        out[start + c] = (x[start + c] - mean) * scale * weight[c];
    }
}
