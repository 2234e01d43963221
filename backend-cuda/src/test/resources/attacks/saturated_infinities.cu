// attack: HIDDEN_SPECIALS
// workload: sum(rows=13,cols=1021)
// expects: WRONG_NUMERICS
// tries: gives the largest number where a sum is infinite
//
// @step run grid=rows block=1
extern "C" __global__ void run(const float *x, float *out, long long rows, long long cols) {
    long long row = blockIdx.x;
    float sum = 0.0f;
    for (long long c = 0; c < cols; c++) {
        sum += x[row * cols + c];
    }
    out[row] = isinf(sum) ? copysign(3.402823466e38f, sum) : sum;
}
