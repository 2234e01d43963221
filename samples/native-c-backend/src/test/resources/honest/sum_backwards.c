// honest: from the last element to the first, a block a row
// workload: sum(rows=13,cols=1021)
//
// @step run grid=rows
void run(long long block, const float *restrict x, float *restrict out, long long rows, long long cols) {
    float sum = 0;
    for (long long c = cols - 1; c >= 0; c--) {
        sum += x[block * cols + c];
    }
    out[block] = sum;
}
