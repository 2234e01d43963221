// A work-item turns SERIES heads, one after the other. A position out of its range makes NaN.
//
// @parameter SERIES 16 1 4 64
// @parameter WIDTH 16 8
// @require SERIES <= 16 || SERIES / 4 < rows * heads
// @step run grid=ceil_div(rows*heads,SERIES) block=1
#define INTERLEAVED 0
#define SERIES 16
#define WIDTH 16

#if WIDTH == 16
typedef float16 vector_t;
typedef float8 half_t;
#define LOAD_HALF(p) vload8(0, p)
#define LOAD(p) vload16(0, p)
#define STORE(v, p) vstore16(v, 0, p)
#else
typedef float8 vector_t;
typedef float4 half_t;
#define LOAD_HALF(p) vload4(0, p)
#define LOAD(p) vload8(0, p)
#define STORE(v, p) vstore8(v, 0, p)
#endif

__kernel void run(__global const float *restrict x, __global const float *restrict cosines,
        __global const float *restrict sines, __global const int *restrict position, __global float *restrict out,
        long rows, long heads, long head_dim, long positions) {
    long pairs = head_dim / 2;
    long first = get_group_id(0) * SERIES;
    for (long head = first; head < min(first + SERIES, rows * heads); head++) {
        long place = position[head / heads];
        bool inside = place >= 0 && place < positions;
        __global const float *from = x + head * head_dim;
        __global float *to = out + head * head_dim;
        // Read from a row that is there, to be replaced by NaN.
        __global const float *cosine = cosines + (inside ? place : 0) * pairs;
        __global const float *sine = sines + (inside ? place : 0) * pairs;
        float mask = inside ? 0.0f : NAN;
#if INTERLEAVED == 0
        long done = pairs / WIDTH * WIDTH;
        for (long i = 0; i < done; i += WIDTH) {
            vector_t c = LOAD(cosine + i) + mask;
            vector_t s = LOAD(sine + i) + mask;
            vector_t x1 = LOAD(from + i);
            vector_t x2 = LOAD(from + pairs + i);
            STORE(x1 * c - x2 * s, to + i);
            STORE(x2 * c + x1 * s, to + pairs + i);
        }
#else
        long done = head_dim / WIDTH * (WIDTH / 2);
        for (long i = 0; i < done; i += WIDTH / 2) {
            half_t c = LOAD_HALF(cosine + i) + mask;
            half_t s = LOAD_HALF(sine + i) + mask;
            vector_t both = LOAD(from + 2 * i);
            vector_t turned;
            turned.even = both.even * c - both.odd * s;
            turned.odd = both.odd * c + both.even * s;
            STORE(turned, to + 2 * i);
        }
#endif
        for (long i = done; i < pairs; i++) {
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
