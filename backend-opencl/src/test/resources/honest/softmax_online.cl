// honest: maximum and sum in one pass
// workload: softmax(rows=13,cols=509)
//
// @step run grid=rows block=1
__kernel void run(__global const float *x, __global float *out, long rows, long cols) {
    long row = get_group_id(0);
    __global const float *from = x + row * cols;
    __global float *to = out + row * cols;
    float greatest = -INFINITY;
    float sum = 0.0f;
    for (long c = 0; c < cols; c++) {
        float next = fmax(greatest, from[c]);
        // Of two negative infinities, the difference would not be a number.
        float shift = next == -INFINITY ? 0.0f : next;
        sum = sum * exp(greatest - shift) + exp(from[c] - shift);
        greatest = next;
    }
    for (long c = 0; c < cols; c++) {
        to[c] = exp(from[c] - greatest) / sum;
    }
}
