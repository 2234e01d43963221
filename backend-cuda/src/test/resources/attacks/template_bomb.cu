// attack: COMPILER_BOMB
// workload: gelu(n=10007)
// expects: COMPILE_ERROR
// tries: is small to read and instantiates a template a million times
//
// @step run grid=ceil_div(n,64) block=64
template <int N>
struct Sum {
    static const int value = Sum<N - 1>::value + 1;
};

template <>
struct Sum<0> {
    static const int value = 0;
};

extern "C" __global__ void run(const float *x, float *out, long long n) {
    long long i = blockIdx.x * 64LL + threadIdx.x;
    if (i < n) {
        out[i] = Sum<1000000>::value;
    }
}
