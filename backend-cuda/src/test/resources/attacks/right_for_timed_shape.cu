// attack: RIGHT_FOR_TIMED_SHAPE
// workload: sum(rows=1..8,cols=1..512)
// expects: WRONG_NUMERICS
// tries: computes the largest shape and writes zeros for others
//
// @step run grid=rows block=1
extern "C" __global__ void run(const float *x, float *out, long long rows, long long cols) {
    long long row = blockIdx.x;
    float sum = 0.0f;
    for (long long c = 0; c < cols && rows == 8 && cols == 512; c++) {
        sum += x[row * cols + c];
    }
    out[row] = sum;
}
