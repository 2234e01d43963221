// Adds 1 to what the first step has put into the workspace in the opposite order.
//
// @step turn grid=ceil_div(n,64) block=64
// @step add grid=ceil_div(n,64) block=64
// @workspace 4 * n
extern "C" __global__ void turn(const float *x, float *out, float *w, long long n) {
    long long i = blockIdx.x * 64LL + threadIdx.x;
    if (i < n) {
        w[n - 1 - i] = x[i];
    }
}

extern "C" __global__ void add(const float *x, float *out, float *w, long long n) {
    long long i = blockIdx.x * 64LL + threadIdx.x;
    if (i < n) {
        out[i] = w[n - 1 - i] + 1;
    }
}
