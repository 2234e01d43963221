// Some blocks share a row. A thread turns four pairs of HEADS_PER_THREAD heads, which have the angles in common; a row
// whose position is outside the tables becomes NaN.
// @parameter THREADS 128 64 256 512
// @parameter HEADS_PER_THREAD 4 1 2 8
// @step run grid=rows*ceil_div(ceil_div(heads,HEADS_PER_THREAD)*ceil_div(head_dim/2,4),THREADS) block=THREADS
#define THREADS 128
#define HEADS_PER_THREAD 4
#define HEADS 0
#define HEAD_DIM 0
#define INTERLEAVED 0

__device__ __forceinline__ void turn(float &first, float &second, float c, float s) {
    const float turned = first * c - second * s;
    second = second * c + first * s;
    first = turned;
}

extern "C" __global__ void __launch_bounds__(THREADS)
run(const float *__restrict__ x, const float *__restrict__ cos, const float *__restrict__ sin,
        const int *__restrict__ position, float *__restrict__ out, long long rows, long long heads_argument,
        long long head_dim_argument, long long positions) {
    const long long heads = HEADS ? HEADS : heads_argument;
    const long long head_dim = HEAD_DIM ? HEAD_DIM : head_dim_argument;
    const long long pairs = head_dim / 2;
    const long long quads = (pairs + 3) / 4;
    const long long items = (heads + HEADS_PER_THREAD - 1) / HEADS_PER_THREAD * quads;
    const unsigned int blocks = (unsigned int) ((items + THREADS - 1) / THREADS);
    const long long row = blockIdx.x / blocks;
    const long long item = blockIdx.x % blocks * (long long) THREADS + threadIdx.x;
    if (item >= items) {
        return;
    }
    const long long first_head = item / quads * HEADS_PER_THREAD;
    const long long first_pair = item % quads * 4;
    const int width = (int) min(4LL, pairs - first_pair);
    const long long angle = position[row];
    const bool inside = angle >= 0 && angle < positions;
    const long long angles = (inside ? angle : 0) * pairs + first_pair;
    const bool vector = pairs % 4 == 0
            && (reinterpret_cast<unsigned long long>(x) | reinterpret_cast<unsigned long long>(cos)
                    | reinterpret_cast<unsigned long long>(sin) | reinterpret_cast<unsigned long long>(out)) % 16 == 0;
    __align__(16) float c[4];
    __align__(16) float s[4];
    if (inside && vector) {
        *reinterpret_cast<float4 *>(c) = *reinterpret_cast<const float4 *>(cos + angles);
        *reinterpret_cast<float4 *>(s) = *reinterpret_cast<const float4 *>(sin + angles);
    } else {
#pragma unroll
        for (int i = 0; i < 4; i++) {
            c[i] = inside && i < width ? cos[angles + i] : __int_as_float(0x7fffffff);
            s[i] = inside && i < width ? sin[angles + i] : __int_as_float(0x7fffffff);
        }
    }
#pragma unroll
    for (int h = 0; h < HEADS_PER_THREAD; h++) {
        if (first_head + h >= heads) {
            break;
        }
        const long long start = (row * heads + first_head + h) * head_dim;
        if (vector) {
            // Interleaved, four pairs are eight elements in a row; else they are four in each half.
            const long long low = start + (INTERLEAVED ? 2 * first_pair : first_pair);
            const long long high = INTERLEAVED ? low + 4 : low + pairs;
            float4 a = *reinterpret_cast<const float4 *>(x + low);
            float4 b = *reinterpret_cast<const float4 *>(x + high);
            if (INTERLEAVED) {
                turn(a.x, a.y, c[0], s[0]);
                turn(a.z, a.w, c[1], s[1]);
                turn(b.x, b.y, c[2], s[2]);
                turn(b.z, b.w, c[3], s[3]);
            } else {
                turn(a.x, b.x, c[0], s[0]);
                turn(a.y, b.y, c[1], s[1]);
                turn(a.z, b.z, c[2], s[2]);
                turn(a.w, b.w, c[3], s[3]);
            }
            *reinterpret_cast<float4 *>(out + low) = a;
            *reinterpret_cast<float4 *>(out + high) = b;
        } else {
#pragma unroll
            for (int i = 0; i < 4; i++) {
                if (i < width) {
                    const long long pair = first_pair + i;
                    const long long low = start + (INTERLEAVED ? 2 * pair : pair);
                    const long long high = INTERLEAVED ? low + 1 : low + pairs;
                    float a = x[low];
                    float b = x[high];
                    turn(a, b, c[i], s[i]);
                    out[low] = a;
                    out[high] = b;
                }
            }
        }
    }
}
