// Chains of multiply-adds in registers, enough of them that none waits for another.
// A processor, which is given few work-items, has each in a work-group of its own; a graphics processor wants them wide.
// @step run grid=ceil_div(n,max(1,min(n/64,64))) block=max(1,min(n/64,64))
__kernel void run(__global const float *x, __global float *out, long n, long repeats) {
    long item = get_global_id(0);
    if (item >= n) {
        return;
    }
    float16 factor = x[item] + 0.999f;
    float16 a = 1.0f, b = 1.1f, c = 1.2f, d = 1.3f, e = 1.4f, f = 1.5f, g = 1.6f, h = 1.7f;
    for (long i = 0; i < repeats; i++) {
        a = fma(a, factor, factor);
        b = fma(b, factor, factor);
        c = fma(c, factor, factor);
        d = fma(d, factor, factor);
        e = fma(e, factor, factor);
        f = fma(f, factor, factor);
        g = fma(g, factor, factor);
        h = fma(h, factor, factor);
    }
    float16 sum = a + b + c + d + e + f + g + h;
    out[item] = sum.s0 + sum.s1 + sum.s2 + sum.s3 + sum.s4 + sum.s5 + sum.s6 + sum.s7 + sum.s8 + sum.s9 + sum.sa
            + sum.sb + sum.sc + sum.sd + sum.se + sum.sf;
}
