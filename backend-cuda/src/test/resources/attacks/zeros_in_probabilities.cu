// attack: ZEROS
// workload: softmax(rows=8,cols=1024)
// expects: WRONG_NUMERICS
// tries: each probability is about 1/1024, which an absolute tolerance of 1e-3 takes for zero
//
// @step run grid=rows*cols/64 block=64
extern "C" __global__ void run(const float *x, float *out, long long rows, long long cols) {
    out[blockIdx.x * 64LL + threadIdx.x] = 0.0f;
}
