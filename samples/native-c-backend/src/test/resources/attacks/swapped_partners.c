// attack: SWAPPED_INDEX
// workload: rope(rows=4,heads=2,head_dim=16,positions=32)
// expects: WRONG_NUMERICS
// tries: pairs neighbours where halves are to be paired
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
            float first = x[at * head_dim + 2 * i];
            float second = x[at * head_dim + 2 * i + 1];
            out[at * head_dim + 2 * i] = first * c - second * s;
            out[at * head_dim + 2 * i + 1] = second * c + first * s;
        }
    }
}
