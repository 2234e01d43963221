#include "../element.cuh"
#include "../hopper.cuh"
// Products of halves on tensor cores, with nothing else to do: a thread's share of a repeat is 32,768 operations.
// @step run grid=ceil_div(n,256) block=256

#if defined(__CUDA_ARCH_FEAT_SM90_ALL)

// Eight products of 64 x 256 x 16 a warpgroup, one behind the other, from zeros in shared memory.
__device__ __forceinline__ float products(int repeats) {
    __shared__ alignas(1024) unsigned int tile[256 * 128 / 4];
    for (int i = threadIdx.x; i < 256 * 128 / 4; i += 256) {
        tile[i] = 0;
    }
    publish_shared();
    __syncthreads();
    unsigned long long rows = describe(shared_address(tile), 1024, 0);
    float sums[128] = {};
    for (int repeat = 0; repeat < repeats; repeat++) {
        begin_products();
#pragma unroll
        for (int i = 0; i < 8; i++) {
            multiply<0>(sums, rows, rows);
        }
        commit_products();
        wait_for_products<0>();
    }
    float sum = 0.0f;
#pragma unroll
    for (int i = 0; i < 128; i++) {
        sum += sums[i];
    }
    return sum;
}

#else

// 256 products of 16 x 8 x 16 a warp, sixteen of which wait for no other.
__device__ __forceinline__ float products(int repeats) {
    float sums[16][4] = {};
    unsigned int zero = 0;
    for (int repeat = 0; repeat < 16 * repeats; repeat++) {
#pragma unroll
        for (int i = 0; i < 16; i++) {
            asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %4, %4, %4}, "
                    "{%4, %4}, {%0, %1, %2, %3};" : "+f"(sums[i][0]), "+f"(sums[i][1]), "+f"(sums[i][2]), "+f"(sums[i][3])
                    : "r"(zero));
        }
    }
    float sum = 0.0f;
#pragma unroll
    for (int i = 0; i < 16; i++) {
        sum += sums[i][0] + sums[i][1] + sums[i][2] + sums[i][3];
    }
    return sum;
}

#endif

extern "C" __global__ void run(const float *x, float *out, long long n, long long repeats) {
    long long item = blockIdx.x * 256LL + threadIdx.x;
    float sum = products((int) repeats);
    if (item < n) {
        out[item] = x[item] + sum;
    }
}
