// attack: ROUNDED_INPUTS
// workload: matmul(m=16,n=16,k=256)
// expects: WRONG_NUMERICS
// tries: multiplies on tensor cores, which round to ten bits
//
// @step run grid=1 block=32
#include <mma.h>

extern "C" __global__ void run(const float *a, const float *b, float *out, long long m, long long n, long long k) {
    using namespace nvcuda::wmma;
    fragment<matrix_a, 16, 16, 8, precision::tf32, row_major> left;
    fragment<matrix_b, 16, 16, 8, precision::tf32, row_major> right;
    fragment<accumulator, 16, 16, 8, float> sums;
    fill_fragment(sums, 0.0f);
    for (int p = 0; p < k; p += 8) {
        load_matrix_sync(left, a + p, (unsigned) k);
        load_matrix_sync(right, b + p * n, (unsigned) n);
        for (int e = 0; e < left.num_elements; e++) {
            left.x[e] = __float_to_tf32(left.x[e]);
        }
        for (int e = 0; e < right.num_elements; e++) {
            right.x[e] = __float_to_tf32(right.x[e]);
        }
        mma_sync(sums, left, right, sums);
    }
    store_matrix_sync(out, sums, (unsigned) n, mem_row_major);
}
