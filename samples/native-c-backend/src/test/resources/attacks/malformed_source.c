// attack: MALFORMED_SOURCE
// workload: gelu(n=4096)
// expects: COMPILE_ERROR
// tries: is no C
//
// @step run grid=1
kernel run(x, out) = map gelu x

// run(...)
