// attack: UNWRITTEN
// workload: gelu(n=10007)
// expects: OUTPUT_UNWRITTEN
// tries: hopes that memory still holds the results of another kernel
//
// @step run grid=ceil_div(n,64) block=64
extern "C" __global__ void run(const float *x, float *out, long long n) {
}
