// Each block writes to y what the block at the other end has written to the workspace, once all have.
// @step run grid=n block=1 cooperative=1
// @workspace n * 4
#include <cooperative_groups.h>

extern "C" __global__ void run(const float *x, float *y, float *workspace, long long n) {
    workspace[blockIdx.x] = x[blockIdx.x];
    cooperative_groups::this_grid().sync();
    y[blockIdx.x] = workspace[n - 1 - blockIdx.x];
}
