// honest: maximum and sum in one pass
// workload: softmax(rows=13,cols=509)
//
// @step run grid=rows block=1
extern "C" __global__ void run(const float *x, float *out, long long rows, long long cols) {
    long long row = blockIdx.x;
    const float *from = x + row * cols;
    float *to = out + row * cols;
    float greatest = -__int_as_float(0x7f800000);
    float sum = 0.0f;
    for (long long c = 0; c < cols; c++) {
        float next = fmaxf(greatest, from[c]);
        // Of two negative infinities, the difference would not be a number.
        float shift = next == -__int_as_float(0x7f800000) ? 0.0f : next;
        sum = sum * expf(greatest - shift) + expf(from[c] - shift);
        greatest = next;
    }
    for (long long c = 0; c < cols; c++) {
        to[c] = expf(from[c] - greatest) / sum;
    }
}
