// attack: CONSTANT
// workload: softmax(rows=13,cols=509)
// expects: WRONG_NUMERICS
// tries: writes what every probability is on average
//
// @step run grid=rows block=1
extern "C" __global__ void run(const float *x, float *out, long long rows, long long cols) {
    for (long long c = 0; c < cols; c++) {
        out[blockIdx.x * cols + c] = 1.0f / cols;
    }
}
