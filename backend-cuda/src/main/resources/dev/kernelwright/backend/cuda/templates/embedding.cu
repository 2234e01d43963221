// LANES threads of a block copy a row, UNROLL vectors at a time; a row whose id is outside the table becomes NaN.
// @parameter THREADS 256 128 512 64
// @parameter LANES 256 32 64 128 512 8
// @parameter UNROLL 4 1 2 8
// @require LANES <= THREADS
// @require LANES * UNROLL <= max(1024, dim)
// @step run grid=ceil_div(rows,THREADS/LANES) block=THREADS
#include "../element.cuh"
#define THREADS 256
#define LANES 256
#define UNROLL 4
#define DIM 0

extern "C" __global__ void __launch_bounds__(THREADS)
run(const int *__restrict__ ids, const element *__restrict__ table, element *__restrict__ out, long long rows,
        long long vocab, long long dim_argument) {
    const long long dim = DIM ? DIM : dim_argument;
    const long long row = blockIdx.x * (long long) (THREADS / LANES) + threadIdx.x / LANES;
    if (row >= rows) {
        return;
    }
    const int lane = threadIdx.x % LANES;
    const long long id = ids[row];
    element *to = out + row * dim;
    if (id < 0 || id >= vocab) {
        for (long long d = lane; d < dim; d += LANES) {
            to[d] = __int_as_float(0x7fffffff);
        }
        return;
    }
    const element *from = table + id * dim;
    const bool vector = dim % WIDTH == 0 && is_aligned(table, out);
    if (!vector) {
        for (long long d = lane; d < dim; d += LANES) {
            to[d] = from[d];
        }
        return;
    }
    for (long long first = lane; first < dim / WIDTH; first += LANES * UNROLL) {
        uint4 values[UNROLL];
#pragma unroll
        for (int u = 0; u < UNROLL; u++) {
            if (first + u * LANES < dim / WIDTH) {
                values[u] = reinterpret_cast<const uint4 *>(from)[first + u * LANES];
            }
        }
#pragma unroll
        for (int u = 0; u < UNROLL; u++) {
            if (first + u * LANES < dim / WIDTH) {
                reinterpret_cast<uint4 *>(to)[first + u * LANES] = values[u];
            }
        }
    }
}
