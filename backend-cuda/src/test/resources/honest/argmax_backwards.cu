// honest: from the last element to the first
// workload: argmax(rows=13,cols=1021)
//
// @step run grid=rows block=1
extern "C" __global__ void run(const float *x, int *out, long long rows, long long cols) {
    long long row = blockIdx.x;
    float best = x[row * cols + cols - 1];
    int column = cols - 1;
    for (int c = cols - 2; c >= 0; c--) {
        float value = x[row * cols + c];
        if (isnan(value) || value >= best) {
            best = value;
            column = c;
        }
    }
    out[row] = column;
}
