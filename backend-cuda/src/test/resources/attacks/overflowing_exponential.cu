// attack: OVERFLOW
// workload: softmax(rows=13,cols=509)
// expects: WRONG_NUMERICS
// tries: takes the exponential without subtracting the maximum
//
// @step run grid=rows block=1
extern "C" __global__ void run(const float *x, float *out, long long rows, long long cols) {
    long long start = blockIdx.x * cols;
    float sum = 0.0f;
    for (long long c = 0; c < cols; c++) {
        sum += expf(x[start + c]);
    }
    for (long long c = 0; c < cols; c++) {
        out[start + c] = expf(x[start + c]) / sum;
    }
}
