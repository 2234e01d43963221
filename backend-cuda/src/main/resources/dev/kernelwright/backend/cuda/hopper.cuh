// What Hopper's multiprocessors (sm_90a) do by themselves: copies of tiles that a tensor map describes, barriers on
// which the arrival of their bytes is waited for, and products of a warpgroup, 128 threads, from shared memory.
// "PTX ISA" has the instructions; what the numbers of descriptors mean is in its chapter on wgmma.

struct alignas(64) TensorMap {
    unsigned long long opaque[16];
};

__device__ __forceinline__ unsigned int shared_address(const void *pointer) {
    return (unsigned int) __cvta_generic_to_shared(pointer);
}

// A barrier in shared memory. Its phases end, by turns with parity 0 and 1, when as many threads as it was made for
// have arrived and all bytes that were announced have come.
__device__ __forceinline__ void make_barrier(unsigned int barrier, int arrivals) {
    asm volatile("mbarrier.init.shared::cta.b64 [%0], %1;" :: "r"(barrier), "r"(arrivals) : "memory");
}

// Lets the copy engine and other blocks of the cluster see barriers that the thread made.
__device__ __forceinline__ void publish_barriers() {
    asm volatile("fence.mbarrier_init.release.cluster;" ::: "memory");
}

__device__ __forceinline__ void arrive(unsigned int barrier) {
    asm volatile("mbarrier.arrive.shared::cta.b64 _, [%0];" :: "r"(barrier) : "memory");
}

// Arrives at the barrier that lies at the same place in another block of the cluster.
__device__ __forceinline__ void arrive_at(unsigned int barrier, unsigned int block) {
    asm volatile("{ .reg .b32 there; mapa.shared::cluster.u32 there, %0, %1;"
            " mbarrier.arrive.shared::cluster.b64 _, [there]; }" :: "r"(barrier), "r"(block) : "memory");
}

// Arrives, and announces bytes.
__device__ __forceinline__ void arrive_expecting(unsigned int barrier, int bytes) {
    asm volatile("mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;" :: "r"(barrier), "r"(bytes) : "memory");
}

// Waits until the phase of this parity has ended; at once if that is the one before the current.
__device__ __forceinline__ void wait_for(unsigned int barrier, int parity) {
    int ended = 0;
    while (!ended) {
        asm volatile("{ .reg .pred p; mbarrier.try_wait.parity.shared::cta.b64 p, [%1], %2; selp.b32 %0, 1, 0, p; }"
                : "=r"(ended) : "r"(barrier), "r"(parity) : "memory");
    }
}

__device__ __forceinline__ unsigned int rank_in_cluster() {
    unsigned int rank;
    asm volatile("mov.u32 %0, %%cluster_ctarank;" : "=r"(rank));
    return rank;
}

// A barrier for all threads of all blocks of a cluster.
__device__ __forceinline__ void sync_cluster() {
    asm volatile("barrier.cluster.arrive.release; barrier.cluster.wait.acquire;" ::: "memory");
}

// Begins to copy a map's box that starts at (x, y) to shared memory; its bytes arrive at the barrier.
__device__ __forceinline__ void copy_box(unsigned int to, const TensorMap &map, int x, int y, unsigned int barrier) {
    asm volatile("cp.async.bulk.tensor.2d.shared::cluster.global.mbarrier::complete_tx::bytes"
            " [%0], [%1, {%2, %3}], [%4];" :: "r"(to), "l"(&map), "r"(x), "r"(y), "r"(barrier) : "memory");
}

// The same of a map with four dimensions.
__device__ __forceinline__ void copy_box(unsigned int to, const TensorMap &map, int x, int y, int z, int w,
        unsigned int barrier) {
    asm volatile("cp.async.bulk.tensor.4d.shared::cluster.global.mbarrier::complete_tx::bytes"
            " [%0], [%1, {%2, %3, %4, %5}], [%6];"
            :: "r"(to), "l"(&map), "r"(x), "r"(y), "r"(z), "r"(w), "r"(barrier) : "memory");
}

// As with two dimensions, to the same place in each block of the cluster whose bit is set, where it arrives at that
// block's barrier.
__device__ __forceinline__ void copy_box_to(unsigned short blocks, unsigned int to, const TensorMap &map, int x, int y,
        unsigned int barrier) {
    asm volatile("cp.async.bulk.tensor.2d.shared::cluster.global.mbarrier::complete_tx::bytes.multicast::cluster"
            " [%0], [%1, {%2, %3}], [%4], %5;"
            :: "r"(to), "l"(&map), "r"(x), "r"(y), "r"(barrier), "h"(blocks) : "memory");
}

// What a box of ROWS rows of 64 halves would bring, swizzled over 128 bytes, copied by a warp; where buffers begin at
// no multiple of 16 bytes there is no tensor map. Of the box so many rows and columns exist, and zero stands for the
// rest.
template <int ROWS, typename Half>
__device__ __forceinline__ void copy_by_hand(unsigned int to, const Half *from, long long stride, long long rows,
        long long columns) {
    for (int index = threadIdx.x % 32; index < 8 * ROWS; index += 32) {
        const int row = index / 8;
        const int piece = index % 8;
        unsigned int words[4];
#pragma unroll
        for (int i = 0; i < 4; i++) {
            const int column = 8 * piece + 2 * i;
            const unsigned int low = row < rows && column < columns ? from[row * stride + column].bits : 0;
            const unsigned int high = row < rows && column + 1 < columns ? from[row * stride + column + 1].bits : 0;
            words[i] = low | high << 16;
        }
        asm volatile("st.shared.v4.b32 [%0], {%1, %2, %3, %4};" :: "r"(to + 128 * row + 16 * (piece ^ row % 8)),
                "r"(words[0]), "r"(words[1]), "r"(words[2]), "r"(words[3]) : "memory");
    }
}

// Lets the tensor cores and the copy engine see what the thread wrote to shared memory.
__device__ __forceinline__ void publish_shared() {
    asm volatile("fence.proxy.async.shared::cta;" ::: "memory");
}

// Describes to the tensor cores a tile of rows of 128 bytes, swizzled as tensor maps do it, that begins at a multiple
// of 1024 bytes, or a part of it. If rows go along k, `next_rows` is from eight rows to the next eight, and
// `next_columns` nothing; if they go across, `next_rows` is from eight of k to the next eight, and `next_columns` from
// 64 columns to the next 64.
__device__ __forceinline__ unsigned long long describe(unsigned int part, int next_rows, int next_columns) {
    return (unsigned long long) (part >> 4 & 0x3fff) | (unsigned long long) (next_columns >> 4) << 16
            | (unsigned long long) (next_rows >> 4) << 32 | 1ULL << 62;
}

// Has sums in their registers before products add to them. Where the compiler sets some later, between products, it
// lets each product wait for the one before.
template <int COUNT>
__device__ __forceinline__ void settle(float (&sums)[COUNT]) {
#pragma unroll
    for (int i = 0; i < COUNT; i++) {
        asm volatile("" : "+f"(sums[i]) :: "memory");
    }
}

// Between ordinary uses of registers or shared memory and the products that follow.
__device__ __forceinline__ void begin_products() {
    asm volatile("wgmma.fence.sync.aligned;" ::: "memory");
}

__device__ __forceinline__ void commit_products() {
    asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory");
}

// Waits for all committed groups of products but the last `PENDING`.
template <int PENDING>
__device__ __forceinline__ void wait_for_products() {
    asm volatile("wgmma.wait_group.sync.aligned %0;" :: "n"(PENDING) : "memory");
}

#if BF16
#define PRODUCT_TYPES "k16.f32.bf16.bf16"
#else
#define PRODUCT_TYPES "k16.f32.f16.f16"
#endif
#define REGISTERS_32 "%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, %16, %17, %18, %19, %20, " \
        "%21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31"
#define REGISTERS_64 REGISTERS_32 ", %32, %33, %34, %35, %36, %37, %38, %39, %40, %41, %42, %43, %44, %45, %46, %47, " \
        "%48, %49, %50, %51, %52, %53, %54, %55, %56, %57, %58, %59, %60, %61, %62, %63"
#define REGISTERS_128 REGISTERS_64 ", %64, %65, %66, %67, %68, %69, %70, %71, %72, %73, %74, %75, %76, %77, %78, " \
        "%79, %80, %81, %82, %83, %84, %85, %86, %87, %88, %89, %90, %91, %92, %93, %94, %95, %96, %97, %98, %99, " \
        "%100, %101, %102, %103, %104, %105, %106, %107, %108, %109, %110, %111, %112, %113, %114, %115, %116, %117, " \
        "%118, %119, %120, %121, %122, %123, %124, %125, %126, %127"
#define SUMS_8(I) "+f"(sums[I]), "+f"(sums[I + 1]), "+f"(sums[I + 2]), "+f"(sums[I + 3]), "+f"(sums[I + 4]), \
        "+f"(sums[I + 5]), "+f"(sums[I + 6]), "+f"(sums[I + 7])
#define SUMS_32(I) SUMS_8(I), SUMS_8(I + 8), SUMS_8(I + 16), SUMS_8(I + 24)

// Adds the product of 64 x 16 elements of a, rows along k, and 16 x 64, 128 or 256 of b, whose rows go along k or, if
// ACROSS is 1, across it. Of the sums, a thread has in row 16 * warp + lane / 4 + 8 * h of the warpgroup, in columns
// 8 * j + lane % 4 * 2 and the next, those at 4 * j + 2 * h and the next.
template <int ACROSS>
__device__ __forceinline__ void multiply(float (&sums)[32], unsigned long long a, unsigned long long b) {
    asm volatile("{ .reg .pred add; setp.eq.u32 add, 0, 0; wgmma.mma_async.sync.aligned.m64n64" PRODUCT_TYPES
            " {" REGISTERS_32 "}, %32, %33, add, 1, 1, 0, %34; }" : SUMS_32(0) : "l"(a), "l"(b), "n"(ACROSS));
}

template <int ACROSS>
__device__ __forceinline__ void multiply(float (&sums)[64], unsigned long long a, unsigned long long b) {
    asm volatile("{ .reg .pred add; setp.eq.u32 add, 0, 0; wgmma.mma_async.sync.aligned.m64n128" PRODUCT_TYPES
            " {" REGISTERS_64 "}, %64, %65, add, 1, 1, 0, %66; }" : SUMS_32(0), SUMS_32(32)
            : "l"(a), "l"(b), "n"(ACROSS));
}

template <int ACROSS>
__device__ __forceinline__ void multiply(float (&sums)[128], unsigned long long a, unsigned long long b) {
    asm volatile("{ .reg .pred add; setp.eq.u32 add, 0, 0; wgmma.mma_async.sync.aligned.m64n256" PRODUCT_TYPES
            " {" REGISTERS_128 "}, %128, %129, add, 1, 1, 0, %130; }"
            : SUMS_32(0), SUMS_32(32), SUMS_32(64), SUMS_32(96) : "l"(a), "l"(b), "n"(ACROSS));
}

// The same with a from registers: a lane has of rows lane / 4 and 8 below, by turns, the columns lane % 4 * 2 and the
// next, and those 8 further.
template <int ACROSS>
__device__ __forceinline__ void multiply(float (&sums)[32], const unsigned int (&a)[4], unsigned long long b) {
    asm volatile("{ .reg .pred add; setp.eq.u32 add, 0, 0; wgmma.mma_async.sync.aligned.m64n64" PRODUCT_TYPES
            " {" REGISTERS_32 "}, {%32, %33, %34, %35}, %36, add, 1, 1, %37; }" : SUMS_32(0)
            : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "l"(b), "n"(ACROSS));
}

template <int ACROSS>
__device__ __forceinline__ void multiply(float (&sums)[64], const unsigned int (&a)[4], unsigned long long b) {
    asm volatile("{ .reg .pred add; setp.eq.u32 add, 0, 0; wgmma.mma_async.sync.aligned.m64n128" PRODUCT_TYPES
            " {" REGISTERS_64 "}, {%64, %65, %66, %67}, %68, add, 1, 1, %69; }" : SUMS_32(0), SUMS_32(32)
            : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "l"(b), "n"(ACROSS));
}

// Of four lanes, each gets from all of them the word with its own number.
__device__ __forceinline__ void turn(unsigned int (&words)[4]) {
#pragma unroll
    for (int distance = 1; distance <= 2; distance *= 2) {
        const bool upper = (threadIdx.x & distance) != 0;
#pragma unroll
        for (int low = 0; low < 4; low++) {
            if ((low & distance) == 0) {
                const int high = low + distance;
                const unsigned int got = __shfl_xor_sync(0xffffffff, upper ? words[low] : words[high], distance);
                words[low] = upper ? got : words[low];
                words[high] = upper ? words[high] : got;
            }
        }
    }
}

// Writes a warp's 16 rows of sums, of which so many rows and columns exist, to rows that lie a stride apart. Four lanes
// have pairs of neighbours in a row; turned, each has eight.
template <int COUNT>
__device__ __forceinline__ void write_rows(const float (&sums)[COUNT], element *to, long long stride, long long rows,
        long long columns) {
    const bool aligned = stride % 8 == 0 && columns % 8 == 0 && is_aligned(to);
    const int lane = threadIdx.x % 32;
#pragma unroll
    for (int half = 0; half < 2; half++) {
        const int row = 8 * half + lane / 4;
#pragma unroll
        for (int j = 0; j < COUNT / 4; j += 4) {
            unsigned int words[4];
#pragma unroll
            for (int i = 0; i < 4; i++) {
                words[i] = pair(sums[4 * (j + i) + 2 * half], sums[4 * (j + i) + 2 * half + 1]);
            }
            turn(words);
            const int column = 8 * (j + lane % 4);
            if (row < rows && column < columns) {
                element *at = to + row * stride + column;
                if (aligned) {
                    *reinterpret_cast<uint4 *>(at) = make_uint4(words[0], words[1], words[2], words[3]);
                } else {
#pragma unroll
                    for (int i = 0; i < 8; i++) {
                        if (column + i < columns) {
                            at[i].bits = (unsigned short) (words[i / 2] >> 16 * (i % 2));
                        }
                    }
                }
            }
        }
    }
}
