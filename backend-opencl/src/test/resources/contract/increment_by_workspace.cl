// Adds 1 to what the first step has put into the workspace in the opposite order.
//
// @step turn grid=ceil_div(n,64) block=64
// @step add grid=ceil_div(n,64) block=64
// @workspace 4 * n
__kernel void turn(__global const float *x, __global float *out, __global float *w, long n) {
    long i = get_global_id(0);
    if (i < n) {
        w[n - 1 - i] = x[i];
    }
}

__kernel void add(__global const float *x, __global float *out, __global float *w, long n) {
    long i = get_global_id(0);
    if (i < n) {
        out[i] = w[n - 1 - i] + 1;
    }
}
