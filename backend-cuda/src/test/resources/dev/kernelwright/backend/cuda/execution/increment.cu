// y is x + 1.
// @step run grid=ceil_div(n,256) block=256

extern "C" __global__ void run(const float *x, float *y, long long n) {
    long long i = blockIdx.x * 256ll + threadIdx.x;
    if (i < n) y[i] = x[i] + 1.0f;
}
