// The work-items of some work-groups share a row. Each turns a vector of four pairs of HEADS_PER_ITEM heads, which have
// the angles in common. A position out of its range makes NaN.
//
// @parameter ITEMS 128 32 64 256 512
// @parameter HEADS_PER_ITEM 4 1 2 8
// @require HEADS_PER_ITEM <= max(1, heads)
// @require ITEMS == 32 || ITEMS / 2 < ceil_div(heads, HEADS_PER_ITEM) * ceil_div(head_dim / 2, 4)
// @step run grid=rows;ceil_div(ceil_div(heads,HEADS_PER_ITEM)*ceil_div(head_dim/2,4),ITEMS) block=ITEMS;1
#define ITEMS 128
#define HEADS_PER_ITEM 4
#define HEADS 0
#define HEAD_DIM 0
#define INTERLEAVED 0

#include "../vectors.clh"

__kernel void run(__global const float *restrict x, __global const float *restrict cosines,
        __global const float *restrict sines, __global const int *restrict position, __global float *restrict out,
        long rows, long heads_argument, long head_dim_argument, long positions) {
    int heads = HEADS ? HEADS : (int) heads_argument;
    int head_dim = HEAD_DIM ? HEAD_DIM : (int) head_dim_argument;
    int pairs = head_dim / 2;
    int vectors = (pairs + 3) / 4;
    int item = get_group_id(1) * ITEMS + get_local_id(0);
    int head = item / vectors * HEADS_PER_ITEM;
    if (head >= heads) {
        return;
    }
    int pair = item % vectors * 4;
    int left = pairs - pair;
    bool aligned = ((ulong) x | (ulong) cosines | (ulong) sines | (ulong) out) % 16 == 0 && pairs % 4 == 0;
    long row = get_group_id(0);
    long place = position[row];
    bool inside = place >= 0 && place < positions;
    long angles = (inside ? place : 0) * pairs + pair;
    float4 c = load(cosines + angles, inside ? left : 0, aligned, NAN);
    float4 s = load(sines + angles, inside ? left : 0, aligned, NAN);
#if INTERLEAVED
    // Four pairs are two vectors in a row.
    int low = 2 * pair;
    int high = low + 4;
    int left_low = 2 * left;
    int left_high = left_low - 4;
#else
    // The halves of four pairs are a vector in each half of the head.
    int low = pair;
    int high = pair + pairs;
    int left_low = left;
    int left_high = left;
#endif
    __global const float *from = x + (row * heads + head) * head_dim;
    __global float *to = out + (row * heads + head) * head_dim;
    int turned = min(HEADS_PER_ITEM, heads - head);
    float4 lows[HEADS_PER_ITEM];
    float4 highs[HEADS_PER_ITEM];
    #pragma unroll
    for (int h = 0; h < HEADS_PER_ITEM; h++) {
        lows[h] = load(from + h * head_dim + low, h < turned ? left_low : 0, aligned, 0.0f);
        highs[h] = load(from + h * head_dim + high, h < turned ? left_high : 0, aligned, 0.0f);
    }
    #pragma unroll
    for (int h = 0; h < HEADS_PER_ITEM; h++) {
#if INTERLEAVED
        float4 x1 = (float4) (lows[h].even, highs[h].even);
        float4 x2 = (float4) (lows[h].odd, highs[h].odd);
        float4 y1 = x1 * c - x2 * s;
        float4 y2 = x2 * c + x1 * s;
        float4 to_low = (float4) (y1.x, y2.x, y1.y, y2.y);
        float4 to_high = (float4) (y1.z, y2.z, y1.w, y2.w);
#else
        float4 to_low = lows[h] * c - highs[h] * s;
        float4 to_high = highs[h] * c + lows[h] * s;
#endif
        store(to_low, to + h * head_dim + low, h < turned ? left_low : 0, aligned);
        store(to_high, to + h * head_dim + high, h < turned ? left_high : 0, aligned);
    }
}
