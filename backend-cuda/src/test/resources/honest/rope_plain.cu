// honest: a thread for each pair
// workload: rope(rows=7,heads=3,head_dim=34,positions=50)
//
// @step run grid=rows*heads block=head_dim/2
extern "C" __global__ void run(const float *x, const float *cosines, const float *sines,
        const int *position, float *out, long long rows, long long heads, long long head_dim, long long positions) {
    long long pairs = head_dim / 2;
    long long head = blockIdx.x;
    long long pair = threadIdx.x;
    long long first = head * head_dim + pair;
    long long second = first + pairs;
    long long angle = position[head / heads] * pairs + pair;
    float cosine = cosines[angle];
    float sine = sines[angle];
    out[first] = x[first] * cosine - x[second] * sine;
    out[second] = x[second] * cosine + x[first] * sine;
}
