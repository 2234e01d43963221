// honest: parts of each row in a workspace, added up in a second step
// workload: sum(rows=5,cols=4096)
//
// @step run grid=rows*8
// @step combine grid=rows
// @workspace 32*rows
void run(long long block, const float *restrict x, float *restrict out, float *restrict workspace, long long rows,
        long long cols) {
    float sum = 0;
    for (long long c = block % 8 * (cols / 8); c < (block % 8 + 1) * (cols / 8); c++) {
        sum += x[block / 8 * cols + c];
    }
    workspace[block] = sum;
}

void combine(long long block, const float *restrict x, float *restrict out, float *restrict workspace, long long rows,
        long long cols) {
    float sum = 0;
    for (long long part = 0; part < 8; part++) {
        sum += workspace[block * 8LL + part];
    }
    out[block] = sum;
}
