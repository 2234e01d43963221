// A work-group takes GROUP x SERIES rows: LANES neighbouring work-items share a row, and each takes every LANES'th
// vector of SERIES rows, one after the other. A CPU prefers work-groups of one work-item. An id out of its range makes
// NaN.
//
// @cpu parameter LANES 1
// @cpu parameter GROUP 1
// @cpu parameter SERIES 16 1 4 64
// @cpu parameter WIDTH 16 8
// @gpu parameter LANES 32 16 64
// @gpu parameter GROUP 4 1 16
// @gpu parameter SERIES 1 4
// @gpu parameter WIDTH 1 4
// @require GROUP * SERIES <= 16 || GROUP * SERIES / 4 < rows
// @step run grid=ceil_div(rows,GROUP*SERIES) block=LANES;GROUP
#define LANES 16
#define GROUP 4
#define SERIES 1
#define WIDTH 1

#if WIDTH == 16
typedef float16 vector_t;
#define LOAD(p) vload16(0, p)
#define STORE(v, p) vstore16(v, 0, p)
#elif WIDTH == 8
typedef float8 vector_t;
#define LOAD(p) vload8(0, p)
#define STORE(v, p) vstore8(v, 0, p)
#elif WIDTH == 4
typedef float4 vector_t;
// The compiler of a GPU reads a vector at once only where it knows the alignment.
#define LOAD(p) (aligned ? *(__global const float4 *) (p) : vload4(0, p))
#define STORE(v, p) if (aligned) *(__global float4 *) (p) = (v); else vstore4(v, 0, p)
#else
typedef float vector_t;
#define LOAD(p) *(p)
#define STORE(v, p) *(p) = (v)
#endif

__kernel void run(__global const int *restrict ids, __global const float *restrict table, __global float *restrict out,
        long rows, long vocab, long dim) {
    int lane = get_local_id(0);
#if WIDTH == 4
    bool aligned = ((ulong) table | (ulong) out) % 16 == 0 && dim % 4 == 0;
#endif
    long first = (get_group_id(0) * GROUP + get_local_id(1)) * SERIES;
    for (long row = first; row < min(first + SERIES, rows); row++) {
        long id = ids[row];
        bool inside = id >= 0 && id < vocab;
        // Read from a row that is there, to be replaced by NaN.
        __global const float *from = table + (inside ? id : 0) * dim;
        __global float *to = out + row * dim;
        for (long d = lane * WIDTH; d + WIDTH <= dim; d += LANES * WIDTH) {
            STORE(inside ? LOAD(from + d) : (vector_t) NAN, to + d);
        }
        for (long d = dim / WIDTH * WIDTH + lane; d < dim; d += LANES) {
            to[d] = inside ? from[d] : NAN;
        }
    }
}
