// attack: MALFORMED_SOURCE
// workload: gelu(n=10007)
// expects: COMPILE_ERROR
// tries: is no CUDA C++
//
// @step run grid=ceil_div(n,64) block=64
kernel run (x, out) = map gelu x
