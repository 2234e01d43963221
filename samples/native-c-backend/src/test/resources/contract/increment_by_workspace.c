// Adds 1 to what the first step has put into the workspace in the opposite order.
//
// @step turn grid=ceil_div(n,1024)
// @step add grid=ceil_div(n,1024)
// @workspace 4 * n
void turn(long long block, const float *restrict x, float *restrict out, float *restrict workspace, long long n) {
    for (long long i = 1024 * block; i < n && i < 1024 * block + 1024; i++) {
        workspace[n - 1 - i] = x[i];
    }
}

void add(long long block, const float *restrict x, float *restrict out, float *restrict workspace, long long n) {
    for (long long i = 1024 * block; i < n && i < 1024 * block + 1024; i++) {
        out[i] = workspace[n - 1 - i] + 1;
    }
}
