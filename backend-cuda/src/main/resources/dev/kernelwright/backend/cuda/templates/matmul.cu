// A block computes a tile of the result, a warp 4 x 8 threads' worth of it, and a thread THREAD_M x THREAD_N elements,
// from tiles of a and b in shared memory, both with k outermost. While one pair of tiles is used, the next is loaded
// into registers and then into the other half of the shared memory. With SPLIT above 1 a block has a part of k alone,
// and a second step adds the parts. RESIDENT is how many blocks a multiprocessor is to hold at least.
// @parameter TILE_M 128 64 32 16
// @parameter TILE_N 128 64 256
// @parameter TILE_K 16 8 32
// @parameter THREAD_M 8 4
// @parameter THREAD_N 8 4
// @parameter SPLIT 1 2 4 8
// @parameter GROUP 8 1 16
// @parameter RESIDENT 2 1 3 4
// @require TILE_M % (4 * THREAD_M) == 0
// @require TILE_M * TILE_N / (THREAD_M * THREAD_N) >= 64 && TILE_M * TILE_N / (THREAD_M * THREAD_N) <= 512
// @require 8 * TILE_K * (TILE_M + TILE_N + 8) <= 49152
// @require TILE_M == 128 || TILE_M < 2 * m
// @require RESIDENT * TILE_M * TILE_N <= 32768 && (RESIDENT <= 2 || TILE_M * TILE_N <= 8192)
// @require SPLIT == 1 || SPLIT * 256 <= k && m * n * SPLIT <= 67108864
// @workspace select(SPLIT > 1, 4 * m * n * SPLIT, 0)
// @step run grid=ceil_div(m,TILE_M)*ceil_div(n,TILE_N)*SPLIT block=TILE_M*TILE_N/(THREAD_M*THREAD_N)
// @step combine grid=select(SPLIT>1,ceil_div(m*n,256),0) block=256
#define TILE_M 128
#define TILE_N 128
#define TILE_K 16
#define THREAD_M 8
#define THREAD_N 8
#define SPLIT 1
#define GROUP 8
#define RESIDENT 2
#define M 0
#define N 0
#define K 0
#define TRANSPOSE_B 0
#define THREADS (TILE_M * TILE_N / (THREAD_M * THREAD_N))
#define WARPS_N (TILE_N / (8 * THREAD_N))
#define PAD 4
#define LOADS(EXTENT) ((EXTENT * TILE_K / 4 + THREADS - 1) / THREADS)

__device__ __forceinline__ bool is_aligned(const void *pointer) {
    return reinterpret_cast<unsigned long long>(pointer) % 16 == 0;
}

// Four neighbouring elements of a row of a matrix, of which the first `count` exist; zero stands for the others.
__device__ __forceinline__ float4 load(const float *from, int count, bool vector) {
    if (vector) {
        return count > 0 ? *reinterpret_cast<const float4 *>(from) : make_float4(0.0f, 0.0f, 0.0f, 0.0f);
    }
    return make_float4(count > 0 ? from[0] : 0.0f, count > 1 ? from[1] : 0.0f, count > 2 ? from[2] : 0.0f,
            count > 3 ? from[3] : 0.0f);
}

// Reads tiles of a matrix whose rows lie along k: EXTENT rows by TILE_K, which are turned on the way to shared memory.
template <int EXTENT>
struct Turned {
    static constexpr int ROW_STEP = THREADS / (TILE_K / 4);

    const float *at;
    int rows_left;
    int k_left;
    float4 values[LOADS(EXTENT)];

    __device__ __forceinline__ Turned(const float *matrix, long long rows, long long k, long long first_row,
            long long begin_k, long long end_k) {
        const int row = threadIdx.x / (TILE_K / 4);
        const int p = threadIdx.x % (TILE_K / 4) * 4;
        at = matrix + (first_row + row) * k + begin_k + p;
        rows_left = (int) min(rows - first_row, (long long) EXTENT) - row;
        k_left = (int) (end_k - begin_k) - p;
    }

    __device__ __forceinline__ void read(long long k, bool vector) {
#pragma unroll
        for (int i = 0; i < LOADS(EXTENT); i++) {
            values[i] = load(at + i * ROW_STEP * k, i * ROW_STEP < rows_left ? k_left : 0, vector);
        }
        at += TILE_K;
        k_left -= TILE_K;
    }

    __device__ __forceinline__ void write(float (*tile)[EXTENT + PAD]) const {
        const int row = threadIdx.x / (TILE_K / 4);
        const int p = threadIdx.x % (TILE_K / 4) * 4;
#pragma unroll
        for (int i = 0; i < LOADS(EXTENT); i++) {
            if (EXTENT % ROW_STEP == 0 || row + i * ROW_STEP < EXTENT) {
                tile[p][row + i * ROW_STEP] = values[i].x;
                tile[p + 1][row + i * ROW_STEP] = values[i].y;
                tile[p + 2][row + i * ROW_STEP] = values[i].z;
                tile[p + 3][row + i * ROW_STEP] = values[i].w;
            }
        }
    }
};

// Reads tiles of a matrix whose rows lie along the result's: TILE_K rows by EXTENT.
template <int EXTENT>
struct Straight {
    static constexpr int K_STEP = THREADS / (EXTENT / 4);

    const float *at;
    int columns_left;
    int k_left;
    float4 values[LOADS(EXTENT)];

    __device__ __forceinline__ Straight(const float *matrix, long long columns, long long k, long long first_column,
            long long begin_k, long long end_k) {
        const int p = threadIdx.x / (EXTENT / 4);
        const int column = threadIdx.x % (EXTENT / 4) * 4;
        at = matrix + (begin_k + p) * columns + first_column + column;
        columns_left = (int) (columns - first_column) - column;
        k_left = (int) (end_k - begin_k) - p;
    }

    __device__ __forceinline__ void read(long long columns, bool vector) {
#pragma unroll
        for (int i = 0; i < LOADS(EXTENT); i++) {
            values[i] = load(at + i * K_STEP * columns, i * K_STEP < k_left ? columns_left : 0, vector);
        }
        at += TILE_K * columns;
        k_left -= TILE_K;
    }

    __device__ __forceinline__ void write(float (*tile)[EXTENT + PAD]) const {
        const int p = threadIdx.x / (EXTENT / 4);
        const int column = threadIdx.x % (EXTENT / 4) * 4;
#pragma unroll
        for (int i = 0; i < LOADS(EXTENT); i++) {
            if (TILE_K % K_STEP == 0 || p + i * K_STEP < TILE_K) {
                *reinterpret_cast<float4 *>(&tile[p + i * K_STEP][column]) = values[i];
            }
        }
    }
};

#if TRANSPOSE_B
typedef Turned<TILE_N> TileOfB;
#else
typedef Straight<TILE_N> TileOfB;
#endif

extern "C" __global__ void __launch_bounds__(THREADS, RESIDENT)
run(const float *__restrict__ a, const float *__restrict__ b, float *__restrict__ out, float *__restrict__ workspace,
        long long m_argument, long long n_argument, long long k_argument) {
    __shared__ __align__(16) float tiles_a[2][TILE_K][TILE_M + PAD];
    __shared__ __align__(16) float tiles_b[2][TILE_K][TILE_N + PAD];
    const long long m = M ? M : m_argument;
    const long long n = N ? N : n_argument;
    const long long k = K ? K : k_argument;

    // Blocks that run together have GROUP tiles below each other, and so share what they read.
    const unsigned int tiles_m = (unsigned int) ((m + TILE_M - 1) / TILE_M);
    const unsigned int tiles_n = (unsigned int) ((n + TILE_N - 1) / TILE_N);
    const unsigned int tile = blockIdx.x / SPLIT;
    const unsigned int group = tile / (GROUP * tiles_n);
    const unsigned int group_size = min(tiles_m - group * GROUP, (unsigned int) GROUP);
    const unsigned int in_group = tile % (GROUP * tiles_n);
    const long long first_m = (long long) (group * GROUP + in_group % group_size) * TILE_M;
    const long long first_n = (long long) (in_group / group_size) * TILE_N;

    const long long part_k = ((k + SPLIT - 1) / SPLIT + TILE_K - 1) / TILE_K * TILE_K;
    const long long begin_k = min(k, blockIdx.x % SPLIT * part_k);
    const long long end_k = min(k, begin_k + part_k);
    const long long stride_b = TRANSPOSE_B ? k : n;
    const bool vector_a = k % 4 == 0 && is_aligned(a);
    const bool vector_b = stride_b % 4 == 0 && is_aligned(b);

    const int warp = threadIdx.x / 32;
    const int own_m = warp / WARPS_N * (4 * THREAD_M) + threadIdx.x % 32 / 8 * 4;
    const int own_n = warp % WARPS_N * (8 * THREAD_N) + threadIdx.x % 8 * 4;
    float sums[THREAD_M][THREAD_N] = {};
    Turned<TILE_M> next_a(a, m, k, first_m, begin_k, end_k);
    TileOfB next_b(b, n, k, first_n, begin_k, end_k);
    next_a.read(k, vector_a);
    next_b.read(stride_b, vector_b);
    next_a.write(tiles_a[0]);
    next_b.write(tiles_b[0]);
    __syncthreads();
    const int tiles = (int) ((end_k - begin_k + TILE_K - 1) / TILE_K);
    int half = 0;
    for (int tile_k = 0; tile_k < tiles; tile_k++) {
        const bool more = tile_k + 1 < tiles;
        if (more) {
            next_a.read(k, vector_a);
            next_b.read(stride_b, vector_b);
        }
#pragma unroll
        for (int p = 0; p < TILE_K; p++) {
            float of_a[THREAD_M];
            float of_b[THREAD_N];
#pragma unroll
            for (int i = 0; i < THREAD_M; i += 4) {
                const float4 four = *reinterpret_cast<const float4 *>(&tiles_a[half][p][own_m + 4 * i]);
                of_a[i] = four.x;
                of_a[i + 1] = four.y;
                of_a[i + 2] = four.z;
                of_a[i + 3] = four.w;
            }
#pragma unroll
            for (int j = 0; j < THREAD_N; j += 4) {
                const float4 four = *reinterpret_cast<const float4 *>(&tiles_b[half][p][own_n + 8 * j]);
                of_b[j] = four.x;
                of_b[j + 1] = four.y;
                of_b[j + 2] = four.z;
                of_b[j + 3] = four.w;
            }
#pragma unroll
            for (int i = 0; i < THREAD_M; i++) {
#pragma unroll
                for (int j = 0; j < THREAD_N; j++) {
                    sums[i][j] = fmaf(of_a[i], of_b[j], sums[i][j]);
                }
            }
        }
        // The other half was last read before the barrier that ended the loop's previous turn.
        if (more) {
            next_a.write(tiles_a[half ^ 1]);
            next_b.write(tiles_b[half ^ 1]);
        }
        half ^= 1;
        __syncthreads();
    }

    float *to = SPLIT > 1 ? workspace + blockIdx.x % SPLIT * (m * n) : out;
    const bool vector_out = n % 4 == 0 && is_aligned(to);
#pragma unroll
    for (int i = 0; i < THREAD_M; i++) {
        const long long row = first_m + own_m + i / 4 * 16 + i % 4;
#pragma unroll
        for (int j = 0; j < THREAD_N; j += 4) {
            const long long column = first_n + own_n + 8 * j;
            if (row < m && column < n) {
                float *at = to + row * n + column;
                if (vector_out) {
                    *reinterpret_cast<float4 *>(at) =
                            make_float4(sums[i][j], sums[i][j + 1], sums[i][j + 2], sums[i][j + 3]);
                } else {
#pragma unroll
                    for (int l = 0; l < 4; l++) {
                        if (column + l < n) {
                            at[l] = sums[i][j + l];
                        }
                    }
                }
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
