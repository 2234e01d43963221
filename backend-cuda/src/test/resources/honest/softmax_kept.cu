// honest: exponentials kept in the output
// workload: softmax(rows=13,cols=509)
//
// @step run grid=rows block=1
extern "C" __global__ void run(const float *x, float *out, long long rows, long long cols) {
    long long row = blockIdx.x;
    const float *from = x + row * cols;
    float *to = out + row * cols;
    float greatest = -__int_as_float(0x7f800000);
    for (long long c = 0; c < cols; c++) {
        greatest = fmaxf(greatest, from[c]);
    }
    float sum = 0.0f;
    for (long long c = 0; c < cols; c++) {
        to[c] = expf(from[c] - greatest);
        sum += to[c];
    }
    for (long long c = 0; c < cols; c++) {
        to[c] /= sum;
    }
}
