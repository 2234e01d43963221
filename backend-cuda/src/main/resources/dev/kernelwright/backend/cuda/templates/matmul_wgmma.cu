// The product of halves on Hopper's tensor cores: CONSUMERS warpgroups multiply tiles of a and b, each with its share
// of the TILE_M rows, and one more warp brings them by tensor maps to STAGES places of shared memory, some tiles ahead.
// The barriers `full` and `empty` of a stage say whose turn it is. A CLUSTER of two blocks has tiles of the result
// below each other: each copies half of their tile of b for both. With SPLIT above 1 a block has a part of k alone, and
// a second step adds the parts. RESIDENT is how many blocks a multiprocessor is to hold at least.
// @parameter TILE_M 128 256 64
// @parameter TILE_N 256 128 64
// @parameter STAGES 4 3 5 6 8
// @parameter CONSUMERS 2 1
// @parameter CLUSTER 1 2
// @parameter SPLIT 1 2 4 8
// @parameter GROUP 8 1 4 16
// @parameter RESIDENT 1 2 3
// @require TILE_M % (64 * CONSUMERS) == 0
// @require TILE_M * TILE_N / (128 * CONSUMERS) + 48 <= min(255, 65536 / (RESIDENT * (128 * CONSUMERS + 32)))
// @require RESIDENT * (128 * STAGES * (TILE_M + TILE_N) + 3072) <= 233472
// @require CLUSTER == 1 || TILE_N >= 128 && m > TILE_M
// @require TILE_M <= 128 || TILE_M < 2 * m
// @require SPLIT == 1 || SPLIT * 256 <= k && m * n * SPLIT <= 67108864
// @workspace select(SPLIT > 1, 4 * m * n * SPLIT, 0)
// @tensor_map a dims=k;m box=64;TILE_M swizzle=128
// @tensor_map b dims=select(transpose_b,k,n);select(transpose_b,n,k) box=64;select(transpose_b,TILE_N/CLUSTER,64) swizzle=128
// @step run grid=ceil_div(m,TILE_M*CLUSTER)*CLUSTER*ceil_div(n,TILE_N)*SPLIT block=128*CONSUMERS+32 shared=128*STAGES*(TILE_M+TILE_N)+1024 cluster=CLUSTER
// @step combine grid=select(SPLIT>1,ceil_div(m*n,256),0) block=256
#include "../element.cuh"
#include "../mma.cuh"
#include "../hopper.cuh"
#define TILE_M 128
#define TILE_N 256
#define STAGES 4
#define CONSUMERS 2
#define CLUSTER 1
#define SPLIT 1
#define GROUP 8
#define RESIDENT 1
#define M 0
#define N 0
#define K 0
#define TRANSPOSE_B 0
// What a row of 128 bytes holds.
#define TILE_K 64
#define WARPGROUP 128
#define THREADS (WARPGROUP * CONSUMERS + 32)
#define BYTES_A (128 * TILE_M)
#define BYTES_B (128 * TILE_N)
#define MMAS (TILE_M / 64 / CONSUMERS)

// What of the product a block has, and the barriers of its stages.
struct Work {
    long long first_m;
    long long first_n;
    long long begin_k;
    int tiles;
    unsigned int stages;
    unsigned int full;
    unsigned int empty;

    __device__ __forceinline__ unsigned int tile_a(int stage) const {
        return stages + stage * (BYTES_A + BYTES_B);
    }

    __device__ __forceinline__ unsigned int tile_b(int stage) const {
        return tile_a(stage) + BYTES_A;
    }
};

// Waits until a tile's stage is empty in this block and, if it gets parts of the tile from here, in the other.
__device__ __forceinline__ void wait_for_stage(const Work &work, int t) {
    wait_for(work.empty + 8 * (t % STAGES), t / STAGES % 2 ^ 1);
}

// Copies the tiles by tensor maps; one thread calls it.
__device__ __forceinline__ void produce(const Work &work, const TensorMap &map_a, const TensorMap &map_b) {
    const int rank = CLUSTER == 1 ? 0 : (int) rank_in_cluster();
    for (int t = 0; t < work.tiles; t++) {
        const int stage = t % STAGES;
        const unsigned int full = work.full + 8 * stage;
        wait_for_stage(work, t);
        arrive_expecting(full, BYTES_A + BYTES_B);
        const int p = (int) work.begin_k + t * TILE_K;
        copy_box(work.tile_a(stage), map_a, p, (int) work.first_m, full);
#pragma unroll
        for (int columns = 0; columns < TILE_N / CLUSTER; columns += TRANSPOSE_B ? TILE_N / CLUSTER : 64) {
            const int column = rank * (TILE_N / CLUSTER) + columns;
            const unsigned int to = work.tile_b(stage) + 128 * column;
            const int n = (int) work.first_n + column;
            if (CLUSTER == 1) {
                copy_box(to, map_b, TRANSPOSE_B ? p : n, TRANSPOSE_B ? n : p, full);
            } else {
                copy_box_to((1 << CLUSTER) - 1, to, map_b, TRANSPOSE_B ? p : n, TRANSPOSE_B ? n : p, full);
            }
        }
    }
}

// Copies the tiles without tensor maps, each block its own; a warp calls it.
__device__ __forceinline__ void produce_by_hand(const Work &work, const element *a, const element *b, long long m,
        long long n, long long k) {
    for (int t = 0; t < work.tiles; t++) {
        const int stage = t % STAGES;
        wait_for_stage(work, t);
        const long long p = work.begin_k + (long long) t * TILE_K;
        copy_by_hand<TILE_M>(work.tile_a(stage), a + work.first_m * k + p, k, m - work.first_m, k - p);
        if (TRANSPOSE_B) {
            copy_by_hand<TILE_N>(work.tile_b(stage), b + work.first_n * k + p, k, n - work.first_n, k - p);
        } else {
            for (int columns = 0; columns < TILE_N; columns += 64) {
                const long long column = work.first_n + columns;
                copy_by_hand<TILE_K>(work.tile_b(stage) + 128 * columns, b + p * n + column, n, k - p, n - column);
            }
        }
        publish_shared();
        __syncwarp();
        if (threadIdx.x % 32 == 0) {
            arrive(work.full + 8 * stage);
        }
    }
}

// Says that a warp has read a stage.
__device__ __forceinline__ void release(const Work &work, int stage) {
    if (CLUSTER == 1) {
        if (threadIdx.x % 32 == 0) {
            arrive(work.empty + 8 * stage);
        }
    } else if (threadIdx.x % 32 < CLUSTER) {
        arrive_at(work.empty + 8 * stage, threadIdx.x % 32);
    }
}

// Begins the products of a tile, when it has come.
__device__ __forceinline__ void begin_tile(const Work &work, int t, int own_m, float (&sums)[MMAS][TILE_N / 2]) {
    const int stage = t % STAGES;
    wait_for(work.full + 8 * stage, t / STAGES % 2);
    begin_products();
#pragma unroll
    for (int p = 0; p < TILE_K; p += 16) {
        const unsigned long long b = TRANSPOSE_B
                ? describe(work.tile_b(stage) + 2 * p, 1024, 16)
                : describe(work.tile_b(stage) + 128 * p, 1024, 128 * TILE_K);
#pragma unroll
        for (int i = 0; i < MMAS; i++) {
            multiply<!TRANSPOSE_B>(sums[i], describe(work.tile_a(stage) + 128 * (own_m + 64 * i) + 2 * p, 1024, 16), b);
        }
    }
    commit_products();
}

// Multiplies all tiles. The products of one are under way while those of the next are issued.
__device__ __forceinline__ void consume(const Work &work, int own_m, float (&sums)[MMAS][TILE_N / 2]) {
    if (work.tiles == 0) {
        return;
    }
#pragma unroll
    for (int i = 0; i < MMAS; i++) {
        settle(sums[i]);
    }
    begin_tile(work, 0, own_m, sums);
    for (int t = 1; t < work.tiles; t++) {
        begin_tile(work, t, own_m, sums);
        wait_for_products<1>();
        release(work, (t - 1) % STAGES);
    }
    wait_for_products<0>();
}

// Writes 64 rows of a part of k.
__device__ __forceinline__ void write_part(const float (&sums)[TILE_N / 2], float *part, long long first_m,
        long long first_n, long long m, long long n) {
    const int lane = threadIdx.x % 32;
#pragma unroll
    for (int half = 0; half < 2; half++) {
        const long long row = first_m + 8 * half + lane / 4;
#pragma unroll
        for (int j = 0; j < TILE_N / 8; j++) {
            const long long column = first_n + 8 * j + lane % 4 * 2;
            if (row < m && column < n) {
                float *to = part + row * n + column;
                const float2 both = make_float2(sums[4 * j + 2 * half], sums[4 * j + 2 * half + 1]);
                if (n % 2 == 0) {
                    *reinterpret_cast<float2 *>(to) = both;
                } else {
                    to[0] = both.x;
                    if (column + 1 < n) {
                        to[1] = both.y;
                    }
                }
            }
        }
    }
}

extern "C" __global__ void __launch_bounds__(THREADS, RESIDENT)
run(const element *__restrict__ a, const element *__restrict__ b, element *__restrict__ out,
        float *__restrict__ workspace, long long m_argument, long long n_argument, long long k_argument,
        const __grid_constant__ TensorMap map_a, const __grid_constant__ TensorMap map_b) {
    extern __shared__ unsigned char stages[];
    __shared__ alignas(8) unsigned long long barriers[2 * STAGES];
    const long long m = M ? M : m_argument;
    const long long n = N ? N : n_argument;
    const long long k = K ? K : k_argument;

    // Blocks that run together have GROUP tiles, or pairs of them, below each other, and so share what they read.
    const unsigned int tiles_m = (unsigned int) ((m + TILE_M * CLUSTER - 1) / (TILE_M * CLUSTER));
    const unsigned int tiles_n = (unsigned int) ((n + TILE_N - 1) / TILE_N);
    const unsigned int tile = blockIdx.x / CLUSTER / SPLIT;
    const unsigned int group = tile / (GROUP * tiles_n);
    const unsigned int group_size = min(tiles_m - group * GROUP, (unsigned int) GROUP);
    const unsigned int in_group = tile % (GROUP * tiles_n);
    const int part = blockIdx.x / CLUSTER % SPLIT;
    const long long part_k = ((k + SPLIT - 1) / SPLIT + TILE_K - 1) / TILE_K * TILE_K;

    Work work;
    work.first_m = ((long long) (group * GROUP + in_group % group_size) * CLUSTER + blockIdx.x % CLUSTER) * TILE_M;
    work.first_n = (long long) (in_group / group_size) * TILE_N;
    work.begin_k = min(k, part * part_k);
    work.tiles = (int) ((min(k, work.begin_k + part_k) - work.begin_k + TILE_K - 1) / TILE_K);
    work.stages = (shared_address(stages) + 1023) / 1024 * 1024;
    work.full = shared_address(barriers);
    work.empty = work.full + 8 * STAGES;
    if (threadIdx.x == 0) {
        for (int stage = 0; stage < STAGES; stage++) {
            make_barrier(work.full + 8 * stage, 1);
            make_barrier(work.empty + 8 * stage, 4 * CONSUMERS * CLUSTER);
        }
        publish_barriers();
    }
    if (CLUSTER == 1) {
        __syncthreads();
    } else {
        sync_cluster();
    }
    if (threadIdx.x >= WARPGROUP * CONSUMERS) {
        if (!is_aligned(a, b)) {
            produce_by_hand(work, a, b, m, n, k);
        } else if (threadIdx.x == WARPGROUP * CONSUMERS) {
            produce(work, map_a, map_b);
        }
    } else {
        const int own_m = (int) threadIdx.x / WARPGROUP * (TILE_M / CONSUMERS);
        float sums[MMAS][TILE_N / 2] = {};
        consume(work, own_m, sums);
#pragma unroll
        for (int i = 0; i < MMAS; i++) {
            const long long first_m = work.first_m + own_m + 64 * i + threadIdx.x % WARPGROUP / 32 * 16;
            if (SPLIT == 1) {
                write_rows(sums[i], out + first_m * n + work.first_n, n, m - first_m, n - work.first_n);
            } else {
                write_part(sums[i], workspace + part * (m * n), first_m, work.first_n, m, n);
            }
        }
    }
    if (CLUSTER > 1) {
        // Until then the other block may copy to this one, and arrive at its barriers.
        sync_cluster();
    }
}

extern "C" __global__ void __launch_bounds__(256)
combine(const element *__restrict__ a, const element *__restrict__ b, element *__restrict__ out,
        const float *__restrict__ workspace, long long m, long long n, long long k,
        const __grid_constant__ TensorMap map_a, const __grid_constant__ TensorMap map_b) {
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
