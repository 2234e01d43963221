// attack: CONSTANT
// workload: softmax(rows=8,cols=1024)
// expects: WRONG_NUMERICS
// tries: writes what every probability is on average
//
// @step run grid=rows*cols/64 block=64
extern "C" __global__ void run(const float *x, float *out, long long rows, long long cols) {
    out[blockIdx.x * 64LL + threadIdx.x] = 1.0f / cols;
}
