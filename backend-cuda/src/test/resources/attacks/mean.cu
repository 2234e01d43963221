// attack: MEAN
// workload: rms_norm(rows=13,cols=509)
// expects: WRONG_NUMERICS
// tries: writes the mean of each row
//
// @step run grid=rows block=1
extern "C" __global__ void run(const float *x, const float *weight, float *out, long long rows, long long cols) {
    long long start = blockIdx.x * cols;
    float mean = 0.0f;
    for (long long c = 0; c < cols; c++) {
        mean += x[start + c] / cols;
    }
    for (long long c = 0; c < cols; c++) {
        out[start + c] = mean;
    }
}
