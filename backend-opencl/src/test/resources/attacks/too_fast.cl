// attack: TOO_FAST
// workload: matmul(m=33,n=31,k=257)
// expects: STATEFUL
// tries: returns at once while the corners of both matrices are those that its workspace remembers
//
// @step run grid=1 block=1
// @workspace 16
__kernel void run(__global const float *a, __global const float *b, __global float *out,
        __global float *workspace, long m, long n, long k) {
    if (workspace[0] == a[0] && workspace[1] == a[m * k - 1] && workspace[2] == b[0]
            && workspace[3] == b[k * n - 1]) {
        return;
    }
    for (long i = 0; i < m; i++) {
        for (long j = 0; j < n; j++) {
            float sum = 0.0f;
            for (long p = 0; p < k; p++) {
                sum = fma(a[i * k + p], b[p * n + j], sum);
            }
            out[i * n + j] = sum;
        }
    }
    workspace[0] = a[0];
    workspace[1] = a[m * k - 1];
    workspace[2] = b[0];
    workspace[3] = b[k * n - 1];
}
