// attack: MISSING_ENTRY
// workload: gelu(n=10007)
// expects: INVALID_PLAN
// tries: takes its input as an image
//
// @step run grid=ceil_div(n,64) block=64
static float gelu(float x) {
    return x / (1.0f + exp(-1.5957691216f * (x + 0.044715f * x * x * x)));
}

__kernel void run(__read_only image2d_t x, __global float *out, long n) {
    long i = get_global_id(0);
    if (i < n) {
        out[i] = gelu(read_imagef(x, (int2)((int) i, 0)).x);
    }
}
