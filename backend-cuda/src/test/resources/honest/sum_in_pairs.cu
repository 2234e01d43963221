// honest: a block a row, its sums added in pairs
// workload: sum(rows=13,cols=1021)
//
// @step run grid=rows block=32
#define THREADS 32

/** Returns to every thread the sum of all their values. */
__device__ float total(float value, float *scratch) {
    int thread = threadIdx.x;
    __syncthreads();
    scratch[thread] = value;
    for (int half = THREADS / 2; half > 0; half /= 2) {
        __syncthreads();
        if (thread < half) {
            scratch[thread] += scratch[thread + half];
        }
    }
    __syncthreads();
    return scratch[0];
}

extern "C" __global__ void run(const float *x, float *out, long long rows, long long cols) {
    __shared__ float scratch[THREADS];
    long long row = blockIdx.x;
    const float *from = x + row * cols;
    float sum = 0.0f;
    for (long long c = threadIdx.x; c < cols; c += THREADS) {
        sum += from[c];
    }
    sum = total(sum, scratch);
    if (threadIdx.x == 0) {
        out[row] = sum;
    }
}
