// attack: COMPILER_BOMB
// workload: gelu(n=4096)
// expects: COMPILE_ERROR
// tries: doubles an expression forty times
//
// @step run grid=1
#define A(x) (x + x)
#define B(x) A(A(A(A(A(A(A(A(A(A(x))))))))))
#define C(x) B(B(B(B(x))))

void run(long long block, const float *restrict x, float *restrict out, long long n) {
    out[0] = C(x[0]);
}
