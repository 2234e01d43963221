// Some blocks share a row. A thread turns a vector of pairs of HEADS_PER_THREAD heads, which have the angles in common;
// a row whose position is outside the tables becomes NaN. STREAMED heads take less place in the caches.
// @parameter THREADS 64 128 256 512
// @parameter HEADS_PER_THREAD 1 2 4 8
// @parameter STREAMED 1 0
// @step run grid=rows*ceil_div(ceil_div(heads,HEADS_PER_THREAD)*ceil_div(head_dim/2,select(F32,4,8)),THREADS) block=THREADS
#include "../element.cuh"
#include "../stream.cuh"
#define THREADS 64
#define HEADS_PER_THREAD 1
#define STREAMED 1
#define HEADS 0
#define HEAD_DIM 0
#define INTERLEAVED 0

__device__ __forceinline__ void turn(float &first, float &second, float c, float s) {
    const float turned = first * c - second * s;
    second = second * c + first * s;
    first = turned;
}

extern "C" __global__ void __launch_bounds__(THREADS)
run(const element *__restrict__ x, const element *__restrict__ cos, const element *__restrict__ sin,
        const int *__restrict__ position, element *__restrict__ out, long long rows, long long heads_argument,
        long long head_dim_argument, long long positions) {
    const long long heads = HEADS ? HEADS : heads_argument;
    const long long head_dim = HEAD_DIM ? HEAD_DIM : head_dim_argument;
    const long long pairs = head_dim / 2;
    const long long pieces = (pairs + WIDTH - 1) / WIDTH;
    const long long items = (heads + HEADS_PER_THREAD - 1) / HEADS_PER_THREAD * pieces;
    const unsigned int blocks = (unsigned int) ((items + THREADS - 1) / THREADS);
    const long long row = blockIdx.x / blocks;
    const long long item = blockIdx.x % blocks * (long long) THREADS + threadIdx.x;
    if (item >= items) {
        return;
    }
    const long long first_head = item / pieces * HEADS_PER_THREAD;
    const long long first_pair = item % pieces * WIDTH;
    const int width = (int) min((long long) WIDTH, pairs - first_pair);
    const long long angle = position[row];
    const bool inside = angle >= 0 && angle < positions;
    const long long angles = (inside ? angle : 0) * pairs + first_pair;
    const bool vector = pairs % WIDTH == 0 && is_aligned(x, cos, sin, out);
    const Vector c = load(cos + angles, inside ? width : 0, vector, __int_as_float(0x7fffffff));
    const Vector s = load(sin + angles, inside ? width : 0, vector, __int_as_float(0x7fffffff));
    const int count = (int) min((long long) HEADS_PER_THREAD, heads - first_head);
    const long long start = (row * heads + first_head) * head_dim;
    if (vector) {
        // Interleaved, the pairs are two vectors in a row; else they are one in each half. All are under way at once.
        const long long low = start + (INTERLEAVED ? 2 * first_pair : first_pair);
        const long long high = INTERLEAVED ? low + WIDTH : low + pairs;
        uint4 of_low[HEADS_PER_THREAD];
        uint4 of_high[HEADS_PER_THREAD];
#pragma unroll
        for (int h = 0; h < HEADS_PER_THREAD; h++) {
            of_low[h] = load_once<STREAMED>(x + low + h * head_dim, count - h, true);
            of_high[h] = load_once<STREAMED>(x + high + h * head_dim, count - h, true);
        }
#pragma unroll
        for (int h = 0; h < HEADS_PER_THREAD; h++) {
            Vector a = unpacked(of_low[h]);
            Vector b = unpacked(of_high[h]);
#pragma unroll
            for (int i = 0; i < WIDTH; i++) {
#if INTERLEAVED
                float &first = i < WIDTH / 2 ? a.at[2 * i] : b.at[2 * i - WIDTH];
                float &second = i < WIDTH / 2 ? a.at[2 * i + 1] : b.at[2 * i + 1 - WIDTH];
                turn(first, second, c.at[i], s.at[i]);
#else
                turn(a.at[i], b.at[i], c.at[i], s.at[i]);
#endif
            }
            store_once<STREAMED>(out + low + h * head_dim, count - h, true, a);
            store_once<STREAMED>(out + high + h * head_dim, count - h, true, b);
        }
        return;
    }
    for (int h = 0; h < count; h++) {
#pragma unroll
        for (int i = 0; i < WIDTH; i++) {
            if (i < width) {
                const long long pair = first_pair + i;
                const long long low = start + h * head_dim + (INTERLEAVED ? 2 * pair : pair);
                const long long high = INTERLEAVED ? low + 1 : low + pairs;
                float a = x[low];
                float b = x[high];
                turn(a, b, c.at[i], s.at[i]);
                out[low] = a;
                out[high] = b;
            }
        }
    }
}
