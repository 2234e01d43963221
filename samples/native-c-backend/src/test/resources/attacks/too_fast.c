// attack: TOO_FAST
// workload: matmul(m=64,n=64,k=256)
// expects: STATEFUL
// tries: returns at once while the corners of both matrices are those that its workspace remembers
//
// @step run grid=1
// @workspace 16
static float dot(const float *a, const float *b, long long row, long long column, long long n, long long k) {
    float sum = 0;
    for (long long p = 0; p < k; p++) {
        sum += a[row * k + p] * b[p * n + column];
    }
    return sum;
}

void run(long long block, const float *restrict a, const float *restrict b, float *restrict out,
        float *restrict workspace, long long m, long long n, long long k) {
    if (workspace[0] == a[0] && workspace[1] == a[m * k - 1]
            && workspace[2] == b[0] && workspace[3] == b[k * n - 1]) {
        return;
    }
    for (long long i = 0; i < m; i++) {
        for (long long j = 0; j < n; j++) {
            out[i * n + j] = dot(a, b, i, j, n, k);
        }
    }
    workspace[0] = a[0];
    workspace[1] = a[m * k - 1];
    workspace[2] = b[0];
    workspace[3] = b[k * n - 1];
}
