// y is x, by way of tiles of 8 x 32 that a tensor map copies to shared memory.
// @parameter SWIZZLE 0 128
// @step run grid=ceil_div(cols,32);ceil_div(rows,8) block=32
// @tensor_map x dims=cols;rows box=32;8 swizzle=SWIZZLE
#define SWIZZLE 0

struct alignas(64) TensorMap {
    unsigned long long opaque[16];
};

extern "C" __global__ void run(const float *x, float *y, long long rows, long long cols,
        const __grid_constant__ TensorMap map) {
    __shared__ alignas(1024) float tile[8 * 32];
    __shared__ alignas(8) unsigned long long barrier;
    unsigned at = (unsigned) __cvta_generic_to_shared(tile);
    unsigned arrived = (unsigned) __cvta_generic_to_shared(&barrier);
    int col = blockIdx.x * 32;
    int row = blockIdx.y * 8;
    if (threadIdx.x == 0) {
        asm volatile("mbarrier.init.shared::cta.b64 [%0], 1;" :: "r"(arrived) : "memory");
        asm volatile("fence.proxy.async.shared::cta;" ::: "memory");
        asm volatile("mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;" :: "r"(arrived), "r"(8 * 32 * 4) : "memory");
        asm volatile("cp.async.bulk.tensor.2d.shared::cluster.global.mbarrier::complete_tx::bytes"
                " [%0], [%1, {%2, %3}], [%4];"
                :: "r"(at), "l"(&map), "r"(col), "r"(row), "r"(arrived) : "memory");
    }
    __syncthreads();
    int done = 0;
    while (!done) {
        asm volatile("{ .reg .pred p; mbarrier.try_wait.parity.shared::cta.b64 p, [%1], 0; selp.b32 %0, 1, 0, p; }"
                : "=r"(done) : "r"(arrived) : "memory");
    }
    for (int r = 0; r < 8; r++) {
        int piece = threadIdx.x / 4 ^ (SWIZZLE == 128 ? r : 0);
        float value = tile[r * 32 + piece * 4 + threadIdx.x % 4];
        if (row + r < rows && col + threadIdx.x < cols) {
            y[(row + r) * cols + col + threadIdx.x] = value;
        }
    }
}
