// attack: TRAPS
// workload: mul(n=10008)
// expects: CRASHED
// tries: reads vectors of four without looking whether a buffer is aligned
//
// @step run grid=ceil_div(n,256) block=64
extern "C" __global__ void run(const float *a, const float *b, float *out, long long n) {
    long long i = blockIdx.x * 64LL + threadIdx.x;
    if (4 * i + 4 <= n) {
        float4 left = ((const float4 *) a)[i];
        float4 right = ((const float4 *) b)[i];
        ((float4 *) out)[i] = make_float4(left.x * right.x, left.y * right.y, left.z * right.z, left.w * right.w);
    }
}
