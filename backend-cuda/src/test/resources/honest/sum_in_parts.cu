// honest: parts of each row in a workspace, added up in a second step
// workload: sum(rows=13,cols=1021)
//
// @step parts grid=rows;8 block=1;1
// @step run grid=rows block=1
// @workspace 4*rows*8
extern "C" __global__ void parts(const float *x, float *out, float *workspace, long long rows, long long cols) {
    long long row = blockIdx.x;
    long long part = blockIdx.y;
    float sum = 0.0f;
    for (long long c = cols * part / 8; c < cols * (part + 1) / 8; c++) {
        sum += x[row * cols + c];
    }
    workspace[row * 8 + part] = sum;
}

extern "C" __global__ void run(const float *x, float *out, const float *workspace, long long rows, long long cols) {
    long long row = blockIdx.x;
    float sum = 0.0f;
    for (int part = 0; part < 8; part++) {
        sum += workspace[row * 8 + part];
    }
    out[row] = sum;
}
