// honest: a warp a row, its sums added by shuffles
// workload: sum(rows=13,cols=1021)
//
// @step run grid=rows block=32
extern "C" __global__ void run(const float *x, float *out, long long rows, long long cols) {
    long long row = blockIdx.x;
    const float *from = x + row * cols;
    float sum = 0.0f;
    for (long long c = threadIdx.x; c < cols; c += 32) {
        sum += from[c];
    }
    for (int distance = 16; distance > 0; distance /= 2) {
        sum += __shfl_xor_sync(0xffffffff, sum, distance);
    }
    if (threadIdx.x == 0) {
        out[row] = sum;
    }
}
