// honest: mean and variance in one pass, by the method of Welford
// workload: layer_norm(rows=13,cols=509)
//
// @step run grid=rows block=1
extern "C" __global__ void run(const float *x, const float *weight, const float *bias,
        float *out, long long rows, long long cols) {
    long long start = blockIdx.x * cols;
    double mean = 0.0;
    double squares = 0.0;
    for (long long c = 0; c < cols; c++) {
        double difference = x[start + c] - mean;
        mean += difference / (c + 1);
        squares += difference * (x[start + c] - mean);
    }
    double scale = 1 / sqrt(squares / cols + 1e-5);
    for (long long c = 0; c < cols; c++) {
        out[start + c] = (float) ((x[start + c] - mean) * scale * weight[c] + bias[c]);
    }
}
