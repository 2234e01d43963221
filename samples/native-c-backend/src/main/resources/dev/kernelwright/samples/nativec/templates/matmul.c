// matmul: out = a b, in tiles of MR rows and NV vectors that stay in registers while KC terms of each sum are added.
//
// The first step puts b into panels as wide as a tile, so that a tile reads it in order, and pads the last one with
// zeros. A block of the second step takes one panel and ROW_TILES tiles below each other.
//
// @parameter MR 6 8 12 4 2
// @parameter NV 2 4 3 1
// @parameter KC 512 256 1024 4096
// @parameter ROW_TILES 8 4 16 32
// @parameter LANES 16 8
// @require MR * NV <= 24 && MR * NV >= 4
// @require KC == 256 || KC / 2 < k
// @require ROW_TILES == 4 || MR * ROW_TILES / 2 < m
// @workspace 4*k*ceil_div(n,NV*LANES)*(NV*LANES)
// @step pack grid=ceil_div(n,NV*LANES)
// @step run grid=ceil_div(n,NV*LANES)*ceil_div(m,MR*ROW_TILES)
#define MR 6
#define NV 2
#define KC 512
#define ROW_TILES 8
#define LANES 16
#define TRANSPOSE_B 0
#define M 0
#define N 0
#define K 0
#define NR (NV * LANES)

typedef float vector __attribute__((vector_size(4 * LANES))) __attribute__((aligned(4)));

void pack(long long block, const float *restrict a, const float *restrict b, float *restrict out,
        float *restrict workspace, long long m, long long n_argument, long long k_argument) {
    long long n = N != 0 ? N : n_argument;
    long long k = K != 0 ? K : k_argument;
    long long first = block * NR;
    long long cols = n - first < NR ? n - first : NR;
    float *panel = workspace + first * k;
    for (long long p = 0; p < k; p++) {
        for (long long j = 0; j < NR; j++) {
            panel[p * NR + j] = j >= cols ? 0 : TRANSPOSE_B ? b[(first + j) * k + p] : b[p * n + first + j];
        }
    }
}

/** Computes the sums of some rows and a panel's columns over some terms, and adds them to what is there already. */
static inline __attribute__((always_inline)) void tile(int rows, const float *a, long long k, const float *panel,
        float *out, long long n, long long terms, long long cols, int add) {
    vector sums[MR][NV];
    #pragma GCC unroll 12
    for (int r = 0; r < rows; r++) {
        #pragma GCC unroll 4
        for (int v = 0; v < NV; v++) {
            sums[r][v] = (vector){};
        }
    }
    for (long long p = 0; p < terms; p++) {
        #pragma GCC unroll 12
        for (int r = 0; r < rows; r++) {
            #pragma GCC unroll 4
            for (int v = 0; v < NV; v++) {
                sums[r][v] += a[r * k + p] * ((const vector *) (panel + p * NR))[v];
            }
        }
    }
    #pragma GCC unroll 12
    for (int r = 0; r < rows; r++) {
        float *to = out + r * n;
        if (cols == NR) {
            #pragma GCC unroll 4
            for (int v = 0; v < NV; v++) {
                vector *there = (vector *) to + v;
                *there = add ? *there + sums[r][v] : sums[r][v];
            }
        } else {
            float lanes[NR];
            #pragma GCC unroll 4
            for (int v = 0; v < NV; v++) {
                ((vector *) lanes)[v] = sums[r][v];
            }
            for (long long j = 0; j < cols; j++) {
                to[j] = add ? to[j] + lanes[j] : lanes[j];
            }
        }
    }
}

void run(long long block, const float *restrict a, const float *restrict b, float *restrict out,
        float *restrict workspace, long long m_argument, long long n_argument, long long k_argument) {
    long long m = M != 0 ? M : m_argument;
    long long n = N != 0 ? N : n_argument;
    long long k = K != 0 ? K : k_argument;
    long long row_blocks = (m + MR * ROW_TILES - 1) / (MR * ROW_TILES);
    long long first = block / row_blocks * NR;
    long long cols = n - first < NR ? n - first : NR;
    long long start = block % row_blocks * (MR * ROW_TILES);
    long long end = start + MR * ROW_TILES < m ? start + MR * ROW_TILES : m;
    const float *panel = workspace + first * k;
    // At least once, since a sum of no terms is zero.
    for (long long p = 0; p < k || p == 0; p += KC) {
        long long terms = k - p < KC ? k - p : KC;
        long long row = start;
        for (; row + MR <= end; row += MR) {
            tile(MR, a + row * k + p, k, panel + p * NR, out + row * n + first, n, terms, cols, p > 0);
        }
        for (; row < end; row++) {
            tile(1, a + row * k + p, k, panel + p * NR, out + row * n + first, n, terms, cols, p > 0);
        }
    }
}
