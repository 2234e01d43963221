// The product of halves on tensor cores: a warp computes a part of a block's tile with mma.sync, from tiles of a and b
// that cp.async brings to STAGES places of shared memory, some tiles ahead. Of a row in shared memory the pieces of 16
// bytes are permuted ("swizzled"), so that ldmatrix, which reads the same piece of eight rows, finds them in different
// banks. With SPLIT above 1 a block has a part of k alone, and a second step adds the parts. RESIDENT is how many
// blocks a multiprocessor is to hold at least.
// @parameter TILE_M 128 256 64 32 16
// @parameter TILE_N 128 256 64
// @parameter TILE_K 32 64
// @parameter WARPS_M 2 1 4
// @parameter WARPS_N 2 4 1
// @parameter STAGES 4 3 2 5
// @parameter SPLIT 1 2 4 8
// @parameter GROUP 8 1 16
// @parameter RESIDENT 2 1
// @require TILE_M % (16 * WARPS_M) == 0 && TILE_N % (16 * WARPS_N) == 0 && WARPS_M * WARPS_N >= 2
// @require TILE_M * TILE_N <= 4096 * WARPS_M * WARPS_N && TILE_M * TILE_N >= 512 * WARPS_M * WARPS_N
// @require 2 * STAGES * TILE_K * (TILE_M + TILE_N) <= 232448
// @require RESIDENT * TILE_M * TILE_N <= 32768
// @require TILE_M == 128 || TILE_M < 2 * m
// @require SPLIT == 1 || SPLIT * 256 <= k && m * n * SPLIT <= 67108864
// @workspace select(SPLIT > 1, 4 * m * n * SPLIT, 0)
// @step run grid=ceil_div(m,TILE_M)*ceil_div(n,TILE_N)*SPLIT block=32*WARPS_M*WARPS_N shared=2*STAGES*TILE_K*(TILE_M+TILE_N)
// @step combine grid=select(SPLIT>1,ceil_div(m*n,256),0) block=256
#include "../element.cuh"
#include "../mma.cuh"
#define TILE_M 128
#define TILE_N 128
#define TILE_K 32
#define WARPS_M 2
#define WARPS_N 2
#define STAGES 4
#define SPLIT 1
#define GROUP 8
#define RESIDENT 2
#define M 0
#define N 0
#define K 0
#define TRANSPOSE_B 0
#define WARP_M (TILE_M / WARPS_M)
#define WARP_N (TILE_N / WARPS_N)
#define THREADS (32 * WARPS_M * WARPS_N)
#define STAGE_BYTES (2 * TILE_K * (TILE_M + TILE_N))
#define MMAS_M (WARP_M / 16)
#define MMAS_N (WARP_N / 8)

// Where a piece of 16 bytes lies in a tile whose rows have PIECES of them. Eight rows take different banks: rows of 128
// bytes or more have eight places for a piece, and shorter ones share the banks with their neighbours.
template <int PIECES>
__device__ __forceinline__ unsigned int place(int row, int piece) {
    const int turn = PIECES >= 8 ? row % 8 : row / (8 / PIECES) % PIECES;
    return 16 * (row * PIECES + (piece ^ turn));
}

// Brings a tile of ROWS rows to shared memory, PIECES * 8 elements of each, from a matrix whose rows lie a stride
// apart; zero stands for what is behind its last row or column. Where `aligned` is false the elements are copied one by
// one.
template <int ROWS, int PIECES>
__device__ __forceinline__ void fetch(unsigned int tile, const element *from, long long stride, long long rows_left,
        long long columns_left, bool aligned) {
#pragma unroll
    for (int first = 0; first < ROWS * PIECES; first += THREADS) {
        const int index = first + threadIdx.x;
        if (ROWS * PIECES % THREADS != 0 && index >= ROWS * PIECES) {
            break;
        }
        const int row = index / PIECES;
        const int piece = index % PIECES;
        const unsigned int to = tile + place<PIECES>(row, piece);
        const int count = row < rows_left ? (int) max(0LL, min(8LL, columns_left - 8 * piece)) : 0;
        const element *at = from + (count > 0 ? row * stride + 8 * piece : 0);
        if (aligned) {
            asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" :: "r"(to), "l"(at), "r"(2 * count));
        } else {
            unsigned int words[4];
#pragma unroll
            for (int i = 0; i < 4; i++) {
                const unsigned int low = 2 * i < count ? at[2 * i].bits : 0;
                const unsigned int high = 2 * i + 1 < count ? at[2 * i + 1].bits : 0;
                words[i] = low | high << 16;
            }
            asm volatile("st.shared.v4.b32 [%0], {%1, %2, %3, %4};" :: "r"(to), "r"(words[0]), "r"(words[1]),
                    "r"(words[2]), "r"(words[3]) : "memory");
        }
    }
}

// Four matrices of 8 x 8 elements; lanes 8 i to 8 i + 7 say where the rows of the i-th are.
__device__ __forceinline__ void load_matrices(unsigned int (&matrices)[4], unsigned int row) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
            : "=r"(matrices[0]), "=r"(matrices[1]), "=r"(matrices[2]), "=r"(matrices[3]) : "r"(row) : "memory");
}

// The same, each turned.
__device__ __forceinline__ void load_turned(unsigned int (&matrices)[4], unsigned int row) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
            : "=r"(matrices[0]), "=r"(matrices[1]), "=r"(matrices[2]), "=r"(matrices[3]) : "r"(row) : "memory");
}

extern "C" __global__ void __launch_bounds__(THREADS, RESIDENT)
run(const element *__restrict__ a, const element *__restrict__ b, element *__restrict__ out,
        float *__restrict__ workspace, long long m_argument, long long n_argument, long long k_argument) {
    extern __shared__ __align__(128) unsigned char stages[];
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
    const int tiles = (int) ((end_k - begin_k + TILE_K - 1) / TILE_K);
    const long long stride_b = TRANSPOSE_B ? k : n;
    const bool aligned_a = k % 8 == 0 && is_aligned(a);
    const bool aligned_b = stride_b % 8 == 0 && is_aligned(b);
    const unsigned int shared = (unsigned int) __cvta_generic_to_shared(stages);

    const auto fetch_stage = [&](int tile_k) {
        const unsigned int tile_a = shared + tile_k % STAGES * STAGE_BYTES;
        const unsigned int tile_b = tile_a + 2 * TILE_K * TILE_M;
        const long long p = begin_k + (long long) tile_k * TILE_K;
        fetch<TILE_M, TILE_K / 8>(tile_a, a + first_m * k + p, k, m - first_m, end_k - p, aligned_a);
#if TRANSPOSE_B
        fetch<TILE_N, TILE_K / 8>(tile_b, b + first_n * k + p, k, n - first_n, end_k - p, aligned_b);
#else
        fetch<TILE_K, TILE_N / 8>(tile_b, b + p * n + first_n, n, end_k - p, n - first_n, aligned_b);
#endif
    };

    const int lane = threadIdx.x % 32;
    const int own_m = threadIdx.x / 32 / WARPS_N * WARP_M;
    const int own_n = threadIdx.x / 32 % WARPS_N * WARP_N;
    float sums[MMAS_M][MMAS_N][4] = {};
#pragma unroll
    for (int tile_k = 0; tile_k < STAGES - 1; tile_k++) {
        if (tile_k < tiles) {
            fetch_stage(tile_k);
        }
        asm volatile("cp.async.commit_group;");
    }
    for (int tile_k = 0; tile_k < tiles; tile_k++) {
        // All but the newest groups have come. Behind the barrier that is true of every thread's, and the stage that
        // was multiplied in the loop's previous turn is free.
        asm volatile("cp.async.wait_group %0;" :: "n"(STAGES - 2) : "memory");
        __syncthreads();
        if (tile_k + STAGES - 1 < tiles) {
            fetch_stage(tile_k + STAGES - 1);
        }
        asm volatile("cp.async.commit_group;");
        const unsigned int tile_a = shared + tile_k % STAGES * STAGE_BYTES;
        const unsigned int tile_b = tile_a + 2 * TILE_K * TILE_M;
#pragma unroll
        for (int p = 0; p < TILE_K; p += 16) {
            unsigned int of_a[MMAS_M][4];
            unsigned int of_b[MMAS_N / 2][4];
#pragma unroll
            for (int i = 0; i < MMAS_M; i++) {
                // Rows 0 to 15 at the first eight of k, then the same at the other eight.
                load_matrices(of_a[i], tile_a
                        + place<TILE_K / 8>(own_m + 16 * i + lane % 16, p / 8 + lane / 16));
            }
#pragma unroll
            for (int j = 0; j < MMAS_N / 2; j++) {
                // Eight columns at both halves of k, then the next eight.
#if TRANSPOSE_B
                load_matrices(of_b[j], tile_b
                        + place<TILE_K / 8>(own_n + 16 * j + lane / 16 * 8 + lane % 8, p / 8 + lane / 8 % 2));
#else
                load_turned(of_b[j], tile_b + place<TILE_N / 8>(p + lane % 16, (own_n + 16 * j) / 8 + lane / 16));
#endif
            }
#pragma unroll
            for (int i = 0; i < MMAS_M; i++) {
#pragma unroll
                for (int j = 0; j < MMAS_N; j++) {
                    multiply(sums[i][j], of_a[i], of_b[j / 2][j % 2 * 2], of_b[j / 2][j % 2 * 2 + 1]);
                }
            }
        }
    }

    // A lane has two neighbours in each of two rows that lie eight apart.
    float *parts = workspace + blockIdx.x % SPLIT * (m * n);
    const bool aligned_out = n % 2 == 0 && reinterpret_cast<unsigned long long>(out) % 4 == 0;
#pragma unroll
    for (int i = 0; i < MMAS_M; i++) {
#pragma unroll
        for (int j = 0; j < MMAS_N; j++) {
#pragma unroll
            for (int half = 0; half < 2; half++) {
                const long long row = first_m + own_m + 16 * i + 8 * half + lane / 4;
                const long long column = first_n + own_n + 8 * j + lane % 4 * 2;
                if (row >= m || column >= n) {
                    continue;
                }
                const long long at = row * n + column;
                if (SPLIT > 1) {
                    parts[at] = sums[i][j][2 * half];
                    if (column + 1 < n) {
                        parts[at + 1] = sums[i][j][2 * half + 1];
                    }
                } else if (aligned_out) {
                    element pair[2];
                    pair[0] = sums[i][j][2 * half];
                    pair[1] = sums[i][j][2 * half + 1];
                    *reinterpret_cast<unsigned int *>(out + at) = pair[0].bits | (unsigned int) pair[1].bits << 16;
                } else {
                    out[at] = sums[i][j][2 * half];
                    if (column + 1 < n) {
                        out[at + 1] = sums[i][j][2 * half + 1];
                    }
                }
            }
        }
    }
}

extern "C" __global__ void __launch_bounds__(256)
combine(const element *__restrict__ a, const element *__restrict__ b, element *__restrict__ out,
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
