// attack: TOO_FAST
// workload: matmul(m=33,n=31,k=257)
// expects: STATEFUL
// tries: returns at once while the corners of both matrices are those that its workspace remembers
//
// @step run grid=1 block=256
// @workspace 16
extern "C" __global__ void run(const float *a, const float *b, float *out, float *workspace, long long m, long long n,
        long long k) {
    bool same = workspace[0] == a[0] && workspace[1] == a[m * k - 1] && workspace[2] == b[0]
            && workspace[3] == b[k * n - 1];
    __syncthreads();
    if (same) {
        return;
    }
    for (long long i = threadIdx.x; i < m * n; i += 256) {
        float sum = 0.0f;
        for (long long p = 0; p < k; p++) {
            sum = fmaf(a[i / n * k + p], b[p * n + i % n], sum);
        }
        out[i] = sum;
    }
    __syncthreads();
    if (threadIdx.x == 0) {
        workspace[0] = a[0];
        workspace[1] = a[m * k - 1];
        workspace[2] = b[0];
        workspace[3] = b[k * n - 1];
    }
}
