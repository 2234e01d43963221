// honest: sums in double precision
// workload: rms_norm(rows=13,cols=509)
//
// @step run grid=rows block=1
extern "C" __global__ void run(const float *x, const float *weight, float *out, long long rows, long long cols) {
    long long start = blockIdx.x * cols;
    double squares = 0.0f;
    for (long long c = 0; c < cols; c++) {
        squares += (double) x[start + c] * x[start + c];
    }
    float scale = (float) (1.0f / sqrt(squares / cols + 1e-5));
    for (long long c = 0; c < cols; c++) {
        out[start + c] = x[start + c] * scale * weight[c];
    }
}
