// A work-group takes ITEMS x VECTORS vectors; its work-items take neighbouring vectors, and then the next ITEMS. A CPU
// prefers work-groups of one work-item, a GPU large ones.
//
// @cpu parameter ITEMS 1
// @cpu parameter VECTORS 128 16 1024
// @cpu parameter WIDTH 16 8
// @gpu parameter ITEMS 128 64 256
// @gpu parameter VECTORS 4 1 2 16
// @gpu parameter WIDTH 1 4
// @step run grid=ceil_div(n,ITEMS*VECTORS*WIDTH) block=ITEMS
#define ITEMS 64
#define VECTORS 4
#define WIDTH 4

#if WIDTH == 16
#define LOAD(i, p) vload16(i, p)
#define STORE(v, i, p) vstore16(v, i, p)
#elif WIDTH == 8
#define LOAD(i, p) vload8(i, p)
#define STORE(v, i, p) vstore8(v, i, p)
#elif WIDTH == 4
// The compiler of a GPU reads a vector at once only where it knows the alignment.
#define LOAD(i, p) (aligned ? ((__global const float4 *) (p))[i] : vload4(i, p))
#define STORE(v, i, p) if (aligned) ((__global float4 *) (p))[i] = (v); else vstore4(v, i, p)
#else
#define LOAD(i, p) (p)[i]
#define STORE(v, i, p) (p)[i] = (v)
#endif
#define COMPUTE(gate, up) ((gate) / (1.0f + exp(-(gate))) * (up))

__kernel void run(__global const float *restrict gate, __global const float *restrict up, __global float *restrict out,
        long n) {
    long first = get_group_id(0) * (ITEMS * VECTORS) + get_local_id(0);
#if WIDTH == 4
    bool aligned = ((ulong) gate | (ulong) up | (ulong) out) % 16 == 0;
#endif
    #pragma unroll 4
    for (int v = 0; v < VECTORS; v++) {
        long vector = first + v * ITEMS;
        if ((vector + 1) * WIDTH <= n) {
            STORE(COMPUTE(LOAD(vector, gate), LOAD(vector, up)), vector, out);
        } else {
            for (long i = vector * WIDTH; i < n; i++) {
                out[i] = COMPUTE(gate[i], up[i]);
            }
        }
    }
}
