// What launches cost a C++ program, on one line: the nanoseconds of one that is queued, and of a replayed graph of 200. Every figure
// is the median of batches like those of LaunchCosts.java, whose kernel this is.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cuda.h>
#include <cuda_runtime.h>
#include <vector>

static const int ELEMENTS = 1024, WARM_UP = 200, BATCHES = 400, CALLS = 500, OPS = 200, REPLAYS = 20;

extern "C" __global__ void add(const float *a, const float *b, float *out, long long n) {
    long long i = blockIdx.x * 256LL + threadIdx.x;
    if (i < n) {
        out[i] = a[i] + b[i];
    }
}

#define CHECK(call) do { \
    int status = (int) (call); \
    if (status != 0) { \
        fprintf(stderr, "%s failed with %d\n", #call, status); \
        exit(1); \
    } \
} while (0)

static double nanosSince(std::chrono::steady_clock::time_point start) {
    return (double) std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now() - start).count();
}

static double median(std::vector<double> &values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

int main() {
    float *a, *b, *out;
    CHECK(cudaMalloc(&a, ELEMENTS * sizeof(float)));
    CHECK(cudaMalloc(&b, ELEMENTS * sizeof(float)));
    CHECK(cudaMalloc(&out, ELEMENTS * sizeof(float)));
    cudaFunction_t function;
    CHECK(cudaGetFuncBySymbol(&function, (const void *) add));
    CUstream stream;
    CHECK(cuStreamCreate(&stream, CU_STREAM_NON_BLOCKING));
    long long n = ELEMENTS;
    void *parameters[] = {&a, &b, &out, &n};
    auto launch = [&] {
        CHECK(cuLaunchKernel(function, (ELEMENTS + 255) / 256, 1, 1, 256, 1, 1, 0, stream, parameters, nullptr));
    };

    std::vector<double> calls, replays;
    for (int batch = -WARM_UP; batch < BATCHES; batch++) {
        auto start = std::chrono::steady_clock::now();
        for (int i = 0; i < CALLS; i++) {
            launch();
        }
        double nanos = nanosSince(start);
        CHECK(cuStreamSynchronize(stream));
        if (batch >= 0) {
            calls.push_back(nanos / CALLS);
        }
    }

    CUgraph graph;
    CUgraphExec executable;
    CHECK(cuStreamBeginCapture(stream, CU_STREAM_CAPTURE_MODE_RELAXED));
    for (int i = 0; i < OPS; i++) {
        launch();
    }
    CHECK(cuStreamEndCapture(stream, &graph));
    CHECK(cuGraphInstantiate(&executable, graph, 0));
    for (int batch = -WARM_UP; batch < BATCHES; batch++) {
        auto start = std::chrono::steady_clock::now();
        for (int i = 0; i < REPLAYS; i++) {
            CHECK(cuGraphLaunch(executable, stream));
        }
        CHECK(cuStreamSynchronize(stream));
        double nanos = nanosSince(start);
        if (batch >= 0) {
            replays.push_back(nanos / REPLAYS);
        }
    }
    printf("%.1f %.1f\n", median(calls), median(replays));
    return 0;
}
