// attack: OVERFLOW
// workload: softmax(rows=13,cols=509)
// expects: WRONG_NUMERICS
// tries: each sixteenth of a row takes its exponentials over its own maximum, or over 0 if it has none but negative
// infinity, and what that is rescaled by is then infinite where the others are far below 0
//
// @step run grid=rows block=1
#define PARTS 16
__kernel void run(__global const float *x, __global float *out, long rows, long cols) {
    __global const float *from = x + get_group_id(0) * cols;
    __global float *to = out + get_group_id(0) * cols;
    float base[PARTS];
    float greatest = -INFINITY;
    for (int part = 0; part < PARTS; part++) {
        float max_value = -INFINITY;
        for (long c = part; c < cols; c += PARTS) {
            max_value = fmax(max_value, from[c]);
        }
        base[part] = max_value == -INFINITY ? 0.0f : max_value;
        greatest = fmax(greatest, max_value);
    }
    float shift = greatest == -INFINITY ? 0.0f : greatest;
    float sum = 0.0f;
    for (long c = 0; c < cols; c++) {
        sum += exp(from[c] - shift);
    }
    for (long c = 0; c < cols; c++) {
        to[c] = exp(from[c] - base[c % PARTS]) * (exp(base[c % PARTS] - shift) / sum);
    }
}
