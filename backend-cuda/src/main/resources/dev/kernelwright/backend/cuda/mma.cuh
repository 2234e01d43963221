// What a warp does with halves on tensor cores (sm_80 and later), its operands in registers. "PTX ISA" says in its
// chapter on mma which elements a lane has; here, row is lane / 4 and column lane % 4.

// Adds the product of 16 x 16 elements of a and 16 x 8 of b. Of a, a lane has in its row and 8 below, by turns, the
// columns 2 * column and the next, and those 8 further; of b the same of 8 columns, turned; of the sums, in its row and
// then 8 below, the columns 2 * column and the next.
__device__ __forceinline__ void multiply(float (&sums)[4], const unsigned int (&a)[4], unsigned int b_low,
        unsigned int b_high) {
#if BF16
    asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9},"
            " {%0, %1, %2, %3};" : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3])
            : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b_low), "r"(b_high));
#else
    asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9},"
            " {%0, %1, %2, %3};" : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3])
            : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b_low), "r"(b_high));
#endif
}

// Two neighbours as they are stored.
__device__ __forceinline__ unsigned int pair(float low, float high) {
    element both[2];
    both[0] = low;
    both[1] = high;
    return both[0].bits | (unsigned int) both[1].bits << 16;
}

// The value of a half in either place of a word.
__device__ __forceinline__ float half_in(unsigned int word, int place) {
    element half;
    half.bits = (unsigned short) (word >> 16 * place);
    return half;
}
