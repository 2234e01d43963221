// honest: a plain loop
// workload: rope(rows=7,heads=3,head_dim=34,positions=50)
//
// @step run grid=1
void run(long long block, const float *restrict x, const float *restrict cos, const float *restrict sin,
        const int *restrict position, float *restrict out, long long rows, long long heads, long long head_dim,
        long long positions) {
    long long pairs = head_dim / 2;
    for (long long at = 0; at < rows * heads; at++) {
        long long angles = position[at / heads] * pairs;
        for (long long i = 0; i < pairs; i++) {
            float c = cos[angles + i];
            float s = sin[angles + i];
            long long one = at * head_dim + i;
            long long two = at * head_dim + i + pairs;
            out[one] = x[one] * c - x[two] * s;
            out[two] = x[two] * c + x[one] * s;
        }
    }
}
