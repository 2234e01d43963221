// A work-group turns GROUP x SERIES heads: LANES neighbouring work-items share a head, and each turns every LANES'th
// vector of pairs of SERIES heads, one after the other. A CPU prefers work-groups of one work-item. A position out of
// its range makes NaN.
//
// @cpu parameter LANES 1
// @cpu parameter GROUP 1
// @cpu parameter SERIES 16 1 4 64
// @cpu parameter WIDTH 16 8
// @gpu parameter LANES 32 16 64
// @gpu parameter GROUP 4 1 16
// @gpu parameter SERIES 1 4
// @gpu parameter WIDTH 1 4
// @require GROUP * SERIES <= 16 || GROUP * SERIES / 4 < rows * heads
// @step run grid=ceil_div(rows*heads,GROUP*SERIES) block=LANES;GROUP
#define INTERLEAVED 0
#define LANES 16
#define GROUP 4
#define SERIES 1
#define WIDTH 1

#if WIDTH == 16
typedef float16 vector_t;
typedef float8 half_t;
#define LOAD_HALF(p) vload8(0, p)
#define LOAD(p) vload16(0, p)
#define STORE(v, p) vstore16(v, 0, p)
#elif WIDTH == 8
typedef float8 vector_t;
typedef float4 half_t;
#define LOAD_HALF(p) vload4(0, p)
#define LOAD(p) vload8(0, p)
#define STORE(v, p) vstore8(v, 0, p)
#elif WIDTH == 4
typedef float4 vector_t;
typedef float2 half_t;
// The compiler of a GPU reads a vector at once only where it knows the alignment.
#define LOAD_HALF(p) (aligned ? *(__global const float2 *) (p) : vload2(0, p))
#define LOAD(p) (aligned ? *(__global const float4 *) (p) : vload4(0, p))
#define STORE(v, p) if (aligned) *(__global float4 *) (p) = (v); else vstore4(v, 0, p)
#else
typedef float vector_t;
#define LOAD(p) *(p)
#define STORE(v, p) *(p) = (v)
#endif

__kernel void run(__global const float *restrict x, __global const float *restrict cosines,
        __global const float *restrict sines, __global const int *restrict position, __global float *restrict out,
        long rows, long heads, long head_dim, long positions) {
    int lane = get_local_id(0);
    long pairs = head_dim / 2;
#if WIDTH == 4
    bool aligned = ((ulong) x | (ulong) cosines | (ulong) sines | (ulong) out) % 16 == 0 && pairs % 4 == 0;
#endif
    long first = (get_group_id(0) * GROUP + get_local_id(1)) * SERIES;
    for (long head = first; head < min(first + SERIES, rows * heads); head++) {
        long place = position[head / heads];
        bool inside = place >= 0 && place < positions;
        __global const float *from = x + head * head_dim;
        __global float *to = out + head * head_dim;
        // Read from a row that is there, to be replaced by NaN.
        __global const float *cosine = cosines + (inside ? place : 0) * pairs;
        __global const float *sine = sines + (inside ? place : 0) * pairs;
        float mask = inside ? 0.0f : NAN;
        long done = 0;
#if INTERLEAVED == 0
        done = pairs / WIDTH * WIDTH;
        for (long i = lane * WIDTH; i < done; i += LANES * WIDTH) {
            vector_t c = LOAD(cosine + i) + mask;
            vector_t s = LOAD(sine + i) + mask;
            vector_t x1 = LOAD(from + i);
            vector_t x2 = LOAD(from + pairs + i);
            STORE(x1 * c - x2 * s, to + i);
            STORE(x2 * c + x1 * s, to + pairs + i);
        }
#elif WIDTH > 1
        done = head_dim / WIDTH * (WIDTH / 2);
        for (long i = lane * (WIDTH / 2); i < done; i += LANES * (WIDTH / 2)) {
            half_t c = LOAD_HALF(cosine + i) + mask;
            half_t s = LOAD_HALF(sine + i) + mask;
            vector_t both = LOAD(from + 2 * i);
            vector_t turned;
            turned.even = both.even * c - both.odd * s;
            turned.odd = both.odd * c + both.even * s;
            STORE(turned, to + 2 * i);
        }
#endif
        for (long i = done + lane; i < pairs; i += LANES) {
            long i1 = INTERLEAVED ? 2 * i : i;
            long i2 = INTERLEAVED ? i1 + 1 : i1 + pairs;
            float c = cosine[i] + mask;
            float s = sine[i] + mask;
            float x1 = from[i1];
            float x2 = from[i2];
            to[i1] = x1 * c - x2 * s;
            to[i2] = x2 * c + x1 * s;
        }
    }
}
