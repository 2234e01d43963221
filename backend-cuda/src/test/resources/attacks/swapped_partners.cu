// attack: SWAPPED_INDEX
// workload: rope(rows=7,heads=3,head_dim=34,positions=50)
// expects: WRONG_NUMERICS
// tries: pairs neighbours where halves are to be paired
//
// @step run grid=rows*heads block=head_dim/2
extern "C" __global__ void run(const float *x, const float *cosines, const float *sines,
        const int *position, float *out, long long rows, long long heads, long long head_dim, long long positions) {
    long long head = blockIdx.x;
    long long pair = threadIdx.x;
    long long first = head * head_dim + 2 * pair;
    long long angle = position[head / heads] * (head_dim / 2) + pair;
    out[first] = x[first] * cosines[angle] - x[first + 1] * sines[angle];
    out[first + 1] = x[first + 1] * cosines[angle] + x[first] * sines[angle];
}
