// honest: two passes in double precision
// workload: layer_norm(rows=13,cols=509)
//
// @step run grid=rows block=1
extern "C" __global__ void run(const float *x, const float *weight, const float *bias,
        float *out, long long rows, long long cols) {
    long long start = blockIdx.x * cols;
    double sum = 0;
    for (long long c = 0; c < cols; c++) {
        sum += x[start + c];
    }
    double mean = sum / cols;
    double squares = 0;
    for (long long c = 0; c < cols; c++) {
        squares += (x[start + c] - mean) * (x[start + c] - mean);
    }
    double scale = 1 / sqrt(squares / cols + 1e-5);
    for (long long c = 0; c < cols; c++) {
        out[start + c] = (float) ((x[start + c] - mean) * scale * weight[c] + bias[c]);
    }
}
