"""What an in-place add costs a PyTorch user, on one line, as launch-costs.cu has it for C++."""
import statistics
import time

import torch

ELEMENTS, WARM_UP, BATCHES, CALLS, OPS, REPLAYS = 1024, 200, 400, 500, 200, 20

a = torch.zeros(ELEMENTS, device="cuda")
b = torch.ones(ELEMENTS, device="cuda")
calls = []
replays = []
with torch.no_grad():
    for batch in range(-WARM_UP, BATCHES):
        start = time.perf_counter_ns()
        for _ in range(CALLS):
            a.add_(b)
        nanos = time.perf_counter_ns() - start
        torch.cuda.synchronize()
        if batch >= 0:
            calls.append(nanos / CALLS)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        for _ in range(OPS):
            a.add_(b)
    for batch in range(-WARM_UP, BATCHES):
        start = time.perf_counter_ns()
        for _ in range(REPLAYS):
            graph.replay()
        torch.cuda.synchronize()
        nanos = time.perf_counter_ns() - start
        if batch >= 0:
            replays.append(nanos / REPLAYS)
print(f"{statistics.median(calls):.1f} {statistics.median(replays):.1f}")
