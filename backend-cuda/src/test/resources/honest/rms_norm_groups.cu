// honest: a block a row
// workload: rms_norm(rows=13,cols=509)
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

extern "C" __global__ void run(const float *x, const float *weight, float *out, long long rows, long long cols) {
    __shared__ float scratch[THREADS];
    long long start = blockIdx.x * cols;
    float squares = 0.0f;
    for (long long c = threadIdx.x; c < cols; c += THREADS) {
        squares += x[start + c] * x[start + c];
    }
    float scale = rsqrtf(total(squares, scratch) / cols + 1e-5f);
    for (long long c = threadIdx.x; c < cols; c += THREADS) {
        out[start + c] = x[start + c] * scale * weight[c];
    }
}
