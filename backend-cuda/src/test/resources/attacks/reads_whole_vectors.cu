// attack: READ_BEHIND
// workload: sum(rows=13,cols=1021)
// expects: WRONG_NUMERICS
// tries: adds a whole vector where a part of one is left
//
// @step run grid=rows block=1
extern "C" __global__ void run(const float *x, float *out, long long rows, long long cols) {
    long long row = blockIdx.x;
    float sum = 0.0f;
    for (long long c = 0; c < cols; c += 4) {
        const float *from = x + row * cols + c;
        sum += from[0] + from[1] + from[2] + from[3];
    }
    out[row] = sum;
}
