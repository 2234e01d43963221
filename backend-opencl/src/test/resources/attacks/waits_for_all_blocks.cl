// attack: LOCKS
// workload: gelu(n=1000003)
// expects: TIMEOUT
// tries: waits in each block for all others, of which more begin only when it has ended
//
// @step clear grid=1 block=1
// @step run grid=ceil_div(n,64) block=64
// @workspace 4
static float gelu(float x) {
    return x / (1.0f + exp(-1.5957691216f * (x + 0.044715f * x * x * x)));
}

__kernel void clear(__global const float *x, __global float *out, __global int *arrived, long n) {
    arrived[0] = 0;
}

__kernel void run(__global const float *x, __global float *out, volatile __global int *arrived, long n) {
    long i = get_global_id(0);
    if (get_local_id(0) == 0) {
        atomic_inc(arrived);
        while (arrived[0] < get_num_groups(0)) {
        }
    }
    barrier(CLK_GLOBAL_MEM_FENCE);
    if (i < n) {
        out[i] = gelu(x[i]);
    }
}
