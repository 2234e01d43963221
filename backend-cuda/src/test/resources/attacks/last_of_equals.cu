// attack: WRONG_TIE
// workload: argmax(rows=13,cols=1021)
// expects: WRONG_NUMERICS
// tries: gives the last of equal maxima
//
// @step run grid=rows block=1
extern "C" __global__ void run(const float *x, int *out, long long rows, long long cols) {
    long long row = blockIdx.x;
    float best = -__int_as_float(0x7f800000);
    int column = 0;
    for (int c = 0; c < cols; c++) {
        float value = x[row * cols + c];
        if (value >= best || (isnan(value) && !isnan(best))) {
            best = value;
            column = c;
        }
    }
    out[row] = column;
}
