// honest: parts of each row in a workspace, added up in a second step
// workload: sum(rows=13,cols=1021)
//
// @step parts grid=rows;8 block=1;1
// @step run grid=rows block=1
// @workspace 4*rows*8
__kernel void parts(__global const float *x, __global float *out, __global float *workspace, long rows, long cols) {
    long row = get_group_id(0);
    long part = get_group_id(1);
    float sum = 0.0f;
    for (long c = cols * part / 8; c < cols * (part + 1) / 8; c++) {
        sum += x[row * cols + c];
    }
    workspace[row * 8 + part] = sum;
}

__kernel void run(__global const float *x, __global float *out, __global const float *workspace, long rows, long cols) {
    long row = get_group_id(0);
    float sum = 0.0f;
    for (int part = 0; part < 8; part++) {
        sum += workspace[row * 8 + part];
    }
    out[row] = sum;
}
