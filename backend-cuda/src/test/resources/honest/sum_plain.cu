// honest: one after the other in single precision
// workload: sum(rows=13,cols=1021)
//
// @step run grid=rows block=1
extern "C" __global__ void run(const float *x, float *out, long long rows, long long cols) {
    long long row = blockIdx.x;
    const float *from = x + row * cols;
    float sum = 0.0f;
    for (long long c = 0; c < cols; c++) {
        sum += from[c];
    }
    out[row] = sum;
}
