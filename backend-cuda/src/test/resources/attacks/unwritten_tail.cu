// attack: TRUNCATED_TAIL
// workload: add(n=1..4096)
// expects: OUTPUT_UNWRITTEN
// tries: computes whole vectors only, which is right for the largest n
//
// @step run grid=max(n/16,1) block=1
extern "C" __global__ void run(const float *a, const float *b, float *out, long long n) {
    long long i = blockIdx.x;
    if (i < n / 16) {
        for (long long j = 16 * i; j < 16 * i + 16; j++) {
            out[j] = a[j] + b[j];
        }
    }
}
