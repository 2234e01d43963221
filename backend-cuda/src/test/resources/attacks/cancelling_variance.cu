// attack: CANCELLATION
// workload: layer_norm(rows=13,cols=509)
// expects: WRONG_NUMERICS
// tries: takes the variance as the mean of squares less the square of the mean, in single precision
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
        squares += x[start + c] * x[start + c];
    }
    float scale = 1.0f / sqrtf(fmaxf(squares / cols - mean * mean, 0.0f) + 1e-5f);
    for (long long c = 0; c < cols; c++) {
        out[start + c] = (x[start + c] - mean) * scale * weight[c] + bias[c];
    }
}
