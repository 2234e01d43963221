// For a few rows and b[k, n]: a thread computes four columns of every row, a warp 128, and the warps of a block, and
// SPLIT blocks, have a part of k each. A block adds what its warps have; a second step adds what the blocks have.
// @parameter THREADS 256 128 512
// @parameter UNROLL 4 2 8 16
// @parameter SPLIT 8 1 2 4 16 32
// @workspace select(SPLIT > 1, 4 * m * n * SPLIT, 0)
// @step run grid=ceil_div(n,128)*SPLIT block=THREADS
// @step combine grid=select(SPLIT>1,ceil_div(m*n,256),0) block=256
#define THREADS 256
#define UNROLL 4
#define SPLIT 8
#define M 0
#define N 0
#define K 0
#define MAX_ROWS (M ? M : 8)
#define WARPS (THREADS / 32)

// Four neighbouring elements of a row, of which the first `count` exist; zero stands for the others.
__device__ __forceinline__ float4 load(const float *from, int count, bool vector) {
    if (vector) {
        return count > 0 ? *reinterpret_cast<const float4 *>(from) : make_float4(0.0f, 0.0f, 0.0f, 0.0f);
    }
    return make_float4(count > 0 ? from[0] : 0.0f, count > 1 ? from[1] : 0.0f, count > 2 ? from[2] : 0.0f,
            count > 3 ? from[3] : 0.0f);
}

extern "C" __global__ void __launch_bounds__(THREADS)
run(const float *__restrict__ a, const float *__restrict__ b, float *__restrict__ out, float *__restrict__ workspace,
        long long m_argument, long long n_argument, long long k_argument) {
    __shared__ __align__(16) float of_warps[WARPS][128];
    const long long m = M ? M : m_argument;
    const long long n = N ? N : n_argument;
    const long long k = K ? K : k_argument;
    const bool vector = n % 4 == 0 && reinterpret_cast<unsigned long long>(b) % 16 == 0;
    const int lane = threadIdx.x % 32;
    const int warp = threadIdx.x / 32;
    const long long first_column = blockIdx.x / SPLIT * 128LL;
    const long long column = first_column + 4 * lane;
    const int count = (int) max(0LL, min(4LL, n - column));
    const long long part_k = (k + SPLIT - 1) / SPLIT;
    const long long begin_k = min(k, blockIdx.x % SPLIT * part_k);
    const long long end_k = min(k, begin_k + part_k);
    float4 sums[MAX_ROWS];
#pragma unroll
    for (int i = 0; i < MAX_ROWS; i++) {
        sums[i] = make_float4(0.0f, 0.0f, 0.0f, 0.0f);
    }
    for (long long p = begin_k + warp * UNROLL; p < end_k; p += WARPS * UNROLL) {
        float4 of_b[UNROLL];
#pragma unroll
        for (int u = 0; u < UNROLL; u++) {
            of_b[u] = load(b + (p + u) * n + column, p + u < end_k ? count : 0, vector);
        }
#pragma unroll
        for (int i = 0; i < MAX_ROWS; i++) {
            if (M || i < m) {
#pragma unroll
                for (int u = 0; u < UNROLL; u++) {
                    const float of_a = p + u < end_k ? a[i * k + p + u] : 0.0f;
                    sums[i].x = fmaf(of_a, of_b[u].x, sums[i].x);
                    sums[i].y = fmaf(of_a, of_b[u].y, sums[i].y);
                    sums[i].z = fmaf(of_a, of_b[u].z, sums[i].z);
                    sums[i].w = fmaf(of_a, of_b[u].w, sums[i].w);
                }
            }
        }
    }
    float *to = SPLIT > 1 ? workspace + blockIdx.x % SPLIT * (m * n) : out;
#pragma unroll
    for (int i = 0; i < MAX_ROWS; i++) {
        if (M || i < m) {
            __syncthreads();
            *reinterpret_cast<float4 *>(&of_warps[warp][4 * lane]) = sums[i];
            __syncthreads();
            if (threadIdx.x < 128 && first_column + threadIdx.x < n) {
                float sum = 0.0f;
#pragma unroll
                for (int w = 0; w < WARPS; w++) {
                    sum += of_warps[w][threadIdx.x];
                }
                to[i * n + first_column + threadIdx.x] = sum;
            }
        }
    }
}

extern "C" __global__ void __launch_bounds__(256)
combine(const float *__restrict__ a, const float *__restrict__ b, float *__restrict__ out,
        const float *__restrict__ workspace, long long m, long long n, long long k) {
    const long long i = blockIdx.x * 256LL + threadIdx.x;
    if (i < m * n) {
        float sum = 0.0f;
#pragma unroll
        for (int part = 0; part < SPLIT; part++) {
            sum += workspace[part * (m * n) + i];
        }
        out[i] = sum;
    }
}
