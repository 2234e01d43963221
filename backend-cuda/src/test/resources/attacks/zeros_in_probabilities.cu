// attack: ZEROS
// workload: softmax(rows=13,cols=509)
// expects: WRONG_NUMERICS
// tries: each probability is about 1/509, which an absolute tolerance of 1e-2 takes for zero
//
// @step run grid=rows block=1
extern "C" __global__ void run(const float *x, float *out, long long rows, long long cols) {
    for (long long c = 0; c < cols; c++) {
        out[blockIdx.x * cols + c] = 0.0f;
    }
}
