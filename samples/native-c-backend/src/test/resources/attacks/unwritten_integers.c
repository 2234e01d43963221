// attack: UNWRITTEN
// workload: argmax(rows=16,cols=64)
// expects: OUTPUT_UNWRITTEN
// tries: the same for integers, of which every pattern is a number
//
// @step run grid=1
void run(long long block, const float *restrict x, int *restrict out, long long rows, long long cols) {
    // Nothing.
}
